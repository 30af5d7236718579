namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// A filter value: <c>*</c> stands for any text, <c>?</c> for one character, a backslash takes the
/// next one literally. Case matters.
/// </summary>
internal sealed class WildcardPattern
{
    private readonly List<(char Character, Kind Kind)> _parts = [];
    private readonly string _literal;

    public WildcardPattern(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            _parts.Add(
                text[index] switch
                {
                    '\\' when index + 1 < text.Length => (text[++index], Kind.Literal),
                    '*' => ('*', Kind.Any),
                    '?' => ('?', Kind.One),
                    var character => (character, Kind.Literal),
                }
            );
        }

        IsLiteral = _parts.TrueForAll(part => part.Kind == Kind.Literal);
        _literal = string.Concat(_parts.Select(part => part.Character));
    }

    private enum Kind
    {
        Literal,
        One,
        Any,
    }

    /// <summary>Whether it matches one text only, so that an index can answer it.</summary>
    public bool IsLiteral { get; }

    /// <summary>That text.</summary>
    public string Literal => _literal;

    public bool Matches(string text)
    {
        if (IsLiteral)
        {
            return string.Equals(_literal, text, StringComparison.Ordinal);
        }

        // The last star takes up what does not fit, so one step back is enough.
        int position = 0,
            part = 0,
            star = -1,
            resume = 0;
        while (position < text.Length)
        {
            if (part < _parts.Count && _parts[part].Kind == Kind.Any)
            {
                (star, resume) = (part++, position);
            }
            else if (part < _parts.Count && (_parts[part].Kind == Kind.One || _parts[part].Character == text[position]))
            {
                (part, position) = (part + 1, position + 1);
            }
            else if (star >= 0)
            {
                (part, position) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        while (part < _parts.Count && _parts[part].Kind == Kind.Any)
        {
            part++;
        }

        return part == _parts.Count;
    }
}
