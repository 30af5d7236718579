using System.Text;

namespace MultiEni.Operator.Client;

/// <summary>Builds the query of a request; parameters without a value are left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a parameter, unless <paramref name="value"/> is null or empty.</summary>
    public QueryString Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    /// <summary>The query with its question mark, or nothing.</summary>
    public override string ToString() => _text.ToString();
}
