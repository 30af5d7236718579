using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The functions that rules may call. The table of <see cref="CelSignatures"/> says which there are; this is what they do.</summary>
internal static class CelFunctions
{
    /// <summary>Calls a function; errors among the operands were dealt with before.</summary>
    public static CelValue Call(string name, CelValue? target, ReadOnlySpan<CelValue> arguments, CelPatterns patterns) =>
        target is { } self ? CallOn(name, self, arguments, patterns) : CallGlobal(name, arguments, patterns);

    private static CelValue CallGlobal(string name, ReadOnlySpan<CelValue> arguments, CelPatterns patterns) =>
        (name, arguments.Length) switch
        {
            ("size", 1) => Size(arguments[0]),
            ("matches", 2) => CallOn(name, arguments[0], arguments[1..], patterns),
            ("int", 1) => CelConversions.ToInt(arguments[0]),
            ("uint", 1) => CelConversions.ToUint(arguments[0]),
            ("double", 1) => CelConversions.ToDouble(arguments[0]),
            ("string", 1) => CelConversions.ToText(arguments[0]),
            ("bool", 1) => CelConversions.ToBool(arguments[0]),
            ("duration", 1) => CelConversions.ToDuration(arguments[0]),
            ("timestamp", 1) => CelConversions.ToTimestamp(arguments[0]),
            ("dyn", 1) => arguments[0],
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue CallOn(string name, CelValue self, ReadOnlySpan<CelValue> arguments, CelPatterns patterns) =>
        self.Kind switch
        {
            CelKind.String => CallOnText(name, self.AsString, arguments, patterns),
            CelKind.List => CallOnList(name, self, arguments),
            CelKind.Map when name == "size" => Size(self),
            CelKind.Optional => CallOnOptional(name, self, arguments),
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue CallOnText(string name, string self, ReadOnlySpan<CelValue> arguments, CelPatterns patterns)
    {
        if (arguments.Length > 0 && arguments[0].Kind == CelKind.String)
        {
            var text = arguments[0].AsString;
            switch (name, arguments.Length)
            {
                case ("startsWith", 1):
                    return CelValue.Of(self.StartsWith(text, StringComparison.Ordinal));
                case ("endsWith", 1):
                    return CelValue.Of(self.EndsWith(text, StringComparison.Ordinal));
                case ("contains", 1):
                    return CelValue.Of(self.Contains(text, StringComparison.Ordinal));
                case ("matches", 1):
                    return patterns.IsMatch(text, self);
                case ("find", 1):
                    return patterns.Find(text, self);
                case ("indexOf", 1):
                    return CelValue.Of(CodePoints(self, self.IndexOf(text, StringComparison.Ordinal)));
                case ("lastIndexOf", 1):
                    return CelValue.Of(CodePoints(self, self.LastIndexOf(text, StringComparison.Ordinal)));
                case ("split", 1):
                    return Texts(Split(self, text));
                case ("replace", 2) when arguments[1].Kind == CelKind.String && text.Length > 0:
                    return CelValue.Of(self.Replace(text, arguments[1].AsString, StringComparison.Ordinal));
                default:
                    return CelErrors.NoSuchOverload;
            }
        }

        return (name, arguments.Length) switch
        {
            ("size", 0) => CelValue.Of(Length(self)),
            ("lowerAscii", 0) => CelValue.Of(MapAscii(self, char.ToLowerInvariant)),
            ("upperAscii", 0) => CelValue.Of(MapAscii(self, char.ToUpperInvariant)),
            ("trim", 0) => CelValue.Of(self.Trim()),
            ("charAt", 1) when arguments[0].Kind == CelKind.Int => Substring(self, arguments[0].AsInt, arguments[0].AsInt + 1, charAt: true),
            ("substring", 1) when arguments[0].Kind == CelKind.Int => Substring(self, arguments[0].AsInt, Length(self)),
            ("substring", 2) when arguments[0].Kind == CelKind.Int && arguments[1].Kind == CelKind.Int => Substring(
                self,
                arguments[0].AsInt,
                arguments[1].AsInt
            ),
            _ => CelErrors.NoSuchOverload,
        };
    }

    private static CelValue CallOnList(string name, CelValue self, ReadOnlySpan<CelValue> arguments)
    {
        var list = self.AsList;
        switch (name, arguments.Length)
        {
            case ("size", 0):
                return Size(self);
            case ("join", 0 or 1):
                return Join(
                    list,
                    arguments.Length == 0 ? ""
                        : arguments[0].Kind == CelKind.String ? arguments[0].AsString
                        : null
                );
            case ("isSorted", 0):
                for (var i = 1; i < list.Count; i++)
                {
                    if (CelEquality.Compare(list[i - 1], list[i]) is not { } order)
                    {
                        return CelErrors.NoSuchOverload;
                    }

                    if (order > 0)
                    {
                        return CelValue.Of(false);
                    }
                }

                return CelValue.Of(true);
            case ("min", 0):
                return Extreme(list, -1, name);
            case ("max", 0):
                return Extreme(list, 1, name);
            case ("sum", 0):
                var sum = list.Count == 0 ? CelValue.Of(0L) : list[0];
                for (var i = 1; i < list.Count && !sum.IsError; i++)
                {
                    sum = CelArithmetic.Apply(BinaryOperator.Add, sum, list[i]);
                }

                return sum;
            case ("indexOf", 1):
                for (var i = 0; i < list.Count; i++)
                {
                    if (CelEquality.AreEqual(list[i], arguments[0]))
                    {
                        return CelValue.Of((long)i);
                    }
                }

                return CelValue.Of(-1L);
            default:
                return CelErrors.NoSuchOverload;
        }
    }

    private static CelValue CallOnOptional(string name, CelValue self, ReadOnlySpan<CelValue> arguments) =>
        (name, arguments.Length) switch
        {
            ("hasValue", 0) => CelValue.Of(self.AsOptional is not null),
            ("value", 0) => self.AsOptional ?? CelValue.Error("optional.none() dereference"),
            ("orValue", 1) => self.AsOptional ?? arguments[0],
            ("or", 1) => self.AsOptional is null ? arguments[0] : self,
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue Size(CelValue value) =>
        value.Kind switch
        {
            CelKind.String => CelValue.Of(Length(value.AsString)),
            CelKind.List => CelValue.Of((long)value.AsList.Count),
            CelKind.Map => CelValue.Of((long)value.AsMap.Count),
            _ => CelErrors.NoSuchOverload,
        };

    private static CelValue Extreme(CelList list, int sign, string name)
    {
        if (list.Count == 0)
        {
            return CelValue.Error($"{name} called on empty list");
        }

        var best = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (CelEquality.Compare(list[i], best) is not { } order)
            {
                return CelErrors.NoSuchOverload;
            }

            best = order * sign > 0 ? list[i] : best;
        }

        return best;
    }

    /// <summary>Code points: the unit in which CEL counts text.</summary>
    internal static long Length(string text)
    {
        var length = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c))
            {
                length--;
            }
        }

        return length;
    }

    private static long CodePoints(string text, int index) => index < 0 ? -1 : Length(text[..index]);

    private static string MapAscii(string text, Func<char, char> map) =>
        string.Create(
            text.Length,
            (text, map),
            static (span, state) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsAscii(state.text[i]) ? state.map(state.text[i]) : state.text[i];
                }
            }
        );

    private static CelValue Substring(string text, long start, long end, bool charAt = false)
    {
        var runes = new List<Rune>();
        foreach (var rune in text.EnumerateRunes())
        {
            runes.Add(rune);
        }

        if (charAt && start == runes.Count)
        {
            return CelValue.Of("");
        }

        if (start < 0 || end > runes.Count || start > end)
        {
            return CelValue.Error($"index out of range: {(start < 0 || start > runes.Count ? start : end).ToString(CultureInfo.InvariantCulture)}");
        }

        var part = new StringBuilder();
        for (var i = (int)start; i < end; i++)
        {
            part.Append(runes[i].ToString());
        }

        return CelValue.Of(part.ToString());
    }

    private static string[] Split(string text, string separator)
    {
        if (separator.Length > 0)
        {
            return text.Split(separator);
        }

        var characters = new List<string>();
        foreach (var rune in text.EnumerateRunes())
        {
            characters.Add(rune.ToString());
        }

        return [.. characters];
    }

    private static CelValue Texts(string[] texts)
    {
        var items = new CelValue[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            items[i] = CelValue.Of(texts[i]);
        }

        return CelValue.Of(new ComputedList(items));
    }

    private static CelValue Join(CelList list, string? separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i];
            if (separator is null || item.Kind != CelKind.String)
            {
                return CelErrors.NoSuchOverload;
            }

            text.Append(i == 0 ? "" : separator).Append(item.AsString);
        }

        return CelValue.Of(text.ToString());
    }
}
