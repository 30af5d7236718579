using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Cuts a rule into words.</summary>
internal sealed class CelLexer(string source)
{
    private static readonly string[] Symbols =
    [
        "||",
        "&&",
        "==",
        "!=",
        "<=",
        ">=",
        ".?",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        "?",
        ":",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
    ];

    private int offset;

    public CelToken Next()
    {
        SkipBlanks();
        var start = offset;
        if (start == source.Length)
        {
            return new CelToken(CelTokenKind.End, "", default, new(start));
        }

        var c = source[start];
        if (TryStringPrefix(out var raw, out var bytes, out var quoteAt))
        {
            return Text(start, quoteAt, raw, bytes);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            return Word(start);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && start + 1 < source.Length && char.IsAsciiDigit(source[start + 1])))
        {
            return Number(start);
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, start, symbol, 0, symbol.Length) == 0)
            {
                offset += symbol.Length;
                return new CelToken(CelTokenKind.Symbol, symbol, default, new(start));
            }
        }

        throw Fault(start, $"Syntax error: token recognition error at: '{c}'");
    }

    private void SkipBlanks()
    {
        while (offset < source.Length)
        {
            if (char.IsWhiteSpace(source[offset]))
            {
                offset++;
            }
            else if (string.CompareOrdinal(source, offset, "//", 0, 2) == 0)
            {
                var end = source.IndexOf('\n', offset);
                offset = end < 0 ? source.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private CelToken Word(int start)
    {
        while (offset < source.Length && (char.IsAsciiLetterOrDigit(source[offset]) || source[offset] == '_'))
        {
            offset++;
        }

        var text = source[start..offset];
        return text switch
        {
            "true" or "false" => new CelToken(CelTokenKind.Literal, text, CelValue.Of(text == "true"), new(start)),
            "null" => new CelToken(CelTokenKind.Literal, text, CelValue.Null, new(start)),
            "in" => new CelToken(CelTokenKind.Symbol, text, default, new(start)),
            _ => new CelToken(CelTokenKind.Identifier, text, default, new(start)),
        };
    }

    private CelToken Number(int start)
    {
        if (source[start] == '0' && start + 1 < source.Length && source[start + 1] is 'x' or 'X')
        {
            offset += 2;
            while (offset < source.Length && char.IsAsciiHexDigit(source[offset]))
            {
                offset++;
            }

            return Integer(start, source.AsSpan(start + 2, offset - start - 2), NumberStyles.AllowHexSpecifier);
        }

        SkipDigits();
        var isDouble = false;
        if (offset + 1 < source.Length && source[offset] == '.' && char.IsAsciiDigit(source[offset + 1]))
        {
            isDouble = true;
            offset++;
            SkipDigits();
        }

        if (offset < source.Length && source[offset] is 'e' or 'E')
        {
            var mark = offset++;
            if (offset < source.Length && source[offset] is '+' or '-')
            {
                offset++;
            }

            if (offset == source.Length || !char.IsAsciiDigit(source[offset]))
            {
                throw Fault(mark, "Syntax error: an exponent needs digits");
            }

            isDouble = true;
            SkipDigits();
        }

        var text = source.AsSpan(start, offset - start);
        return isDouble
            ? new CelToken(
                CelTokenKind.Literal,
                text.ToString(),
                CelValue.Of(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)),
                new(start)
            )
            : Integer(start, text, NumberStyles.None);
    }

    private CelToken Integer(int start, ReadOnlySpan<char> digits, NumberStyles style)
    {
        var parsed = ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var magnitude);
        if (offset < source.Length && source[offset] is 'u' or 'U')
        {
            offset++;
            return parsed
                ? new CelToken(CelTokenKind.Literal, source[start..offset], CelValue.Of(magnitude), new(start))
                : throw Fault(start, "invalid uint literal");
        }

        // The magnitude of the smallest integer is one above the largest: the parser accepts it behind a minus sign only.
        return parsed && magnitude <= (ulong)long.MaxValue + 1
            ? new CelToken(CelTokenKind.Literal, source[start..offset], CelValue.Of(unchecked((long)magnitude)), new(start))
            : throw Fault(start, "invalid int literal");
    }

    private void SkipDigits()
    {
        while (offset < source.Length && char.IsAsciiDigit(source[offset]))
        {
            offset++;
        }
    }

    private bool TryStringPrefix(out bool raw, out bool bytes, out int quoteAt)
    {
        raw = bytes = false;
        for (quoteAt = offset; quoteAt < source.Length && quoteAt - offset <= 2; quoteAt++)
        {
            switch (source[quoteAt])
            {
                case '"' or '\'':
                    return true;
                case 'r' or 'R' when !raw:
                    raw = true;
                    break;
                case 'b' or 'B' when !bytes:
                    bytes = true;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private CelToken Text(int start, int quoteAt, bool raw, bool bytes)
    {
        if (bytes)
        {
            throw Fault(start, "bytes are not supported");
        }

        var quote = source[quoteAt];
        var triple = new string(quote, 3);
        var delimiter = string.CompareOrdinal(source, quoteAt, triple, 0, 3) == 0 ? triple : triple[..1];
        offset = quoteAt + delimiter.Length;
        var text = new StringBuilder();
        while (string.CompareOrdinal(source, offset, delimiter, 0, delimiter.Length) != 0)
        {
            if (offset >= source.Length || (delimiter.Length == 1 && source[offset] is '\n' or '\r'))
            {
                throw Fault(start, "Syntax error: unterminated string literal");
            }

            if (source[offset] == '\\' && !raw)
            {
                Escape(text);
            }
            else
            {
                text.Append(source[offset++]);
            }
        }

        offset += delimiter.Length;
        return new CelToken(CelTokenKind.Literal, source[start..offset], CelValue.Of(text.ToString()), new(start));
    }

    private void Escape(StringBuilder text)
    {
        var start = offset++;
        var c = offset < source.Length ? source[offset++] : '\0';
        switch (c)
        {
            case 'n':
                text.Append('\n');
                break;
            case 't':
                text.Append('\t');
                break;
            case 'r':
                text.Append('\r');
                break;
            case 'a':
                text.Append('\a');
                break;
            case 'b':
                text.Append('\b');
                break;
            case 'f':
                text.Append('\f');
                break;
            case 'v':
                text.Append('\v');
                break;
            case '\\' or '"' or '\'' or '`' or '?':
                text.Append(c);
                break;
            case 'x' or 'X':
                Rune(text, start, 2, NumberStyles.AllowHexSpecifier);
                break;
            case 'u':
                Rune(text, start, 4, NumberStyles.AllowHexSpecifier);
                break;
            case 'U':
                Rune(text, start, 8, NumberStyles.AllowHexSpecifier);
                break;
            case >= '0' and <= '3':
                offset--;
                Octal(text, start);
                break;
            default:
                throw Fault(start, "Syntax error: unknown escape in a string literal");
        }
    }

    private void Rune(StringBuilder text, int start, int digits, NumberStyles style)
    {
        if (
            offset + digits > source.Length
            || !int.TryParse(source.AsSpan(offset, digits), style, CultureInfo.InvariantCulture, out var value)
            || !System.Text.Rune.TryCreate(value, out var rune)
        )
        {
            throw Fault(start, "Syntax error: malformed escape in a string literal");
        }

        offset += digits;
        text.Append(rune.ToString());
    }

    private void Octal(StringBuilder text, int start)
    {
        var value = 0;
        for (var i = 0; i < 3; i++, offset++)
        {
            if (offset >= source.Length || source[offset] is < '0' or > '7')
            {
                throw Fault(start, "Syntax error: malformed escape in a string literal");
            }

            value = (value * 8) + source[offset] - '0';
        }

        text.Append((char)value);
    }

    private CelSyntaxException Fault(int at, string finding) => new(source, new(at), finding);
}
