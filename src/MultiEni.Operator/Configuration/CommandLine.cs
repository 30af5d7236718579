using System.Text;

namespace MultiEni.Operator.Configuration;

/// <summary>
/// The arguments of the process, taken piece by piece by the settings that know them.
/// </summary>
internal sealed class CommandLine(IReadOnlyList<string> arguments)
{
    private readonly bool[] _taken = new bool[arguments.Count];

    /// <summary>
    /// The value of a flag; the value is null when it is missing, the whole when the flag is not
    /// there. The last one wins.
    /// </summary>
    /// <param name="name">Flag without dashes.</param>
    /// <param name="isSwitch">
    /// Whether the flag alone means true; such a flag never takes the next argument.
    /// </param>
    public FlagValue? Take(string name, bool isSwitch)
    {
        FlagValue? last = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (_taken[i] || NameOf(arguments[i]) != name)
            {
                continue;
            }

            _taken[i] = true;
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                last = new(arguments[i][(equals + 1)..]);
            }
            else if (isSwitch)
            {
                last = new("true");
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                _taken[++i] = true;
                last = new(arguments[i]);
            }
            else
            {
                last = new(null);
            }
        }

        return last;
    }

    /// <summary>An error for each argument that no setting took.</summary>
    public IEnumerable<string> Leftovers(IReadOnlyList<string> flags)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (_taken[i] || NameOf(arguments[i]) is "help" or "h")
            {
                continue;
            }

            if (NameOf(arguments[i]) is { } name)
            {
                var nearest = Nearest(name, flags);
                yield return nearest is null ? $"--{name} is not known; see --help." : $"--{name} is not known; did you mean --{nearest}?";
                // What follows an unknown flag is most likely its value.
                if (i + 1 < arguments.Count && NameOf(arguments[i + 1]) is null && !arguments[i].Contains('=', StringComparison.Ordinal))
                {
                    i++;
                }
            }
            else
            {
                yield return $"The argument '{arguments[i]}' belongs to no setting.";
            }
        }
    }

    /// <summary>
    /// The number of single-character edits that lead from one word to the other.
    /// </summary>
    internal static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string? Nearest(string name, IReadOnlyList<string> flags) => flags.MinBy(flag => Distance(name, flag));

    private static string? NameOf(string argument)
    {
        // A lone dash, and a negative number, are values.
        if (argument.Length < 2 || argument[0] != '-' || char.IsAsciiDigit(argument[1]))
        {
            return null;
        }

        var name = argument.AsSpan(argument.StartsWith("--", StringComparison.Ordinal) ? 2 : 1);
        var equals = name.IndexOf('=');
        return (equals >= 0 ? name[..equals] : name).ToString();
    }
}

/// <summary>What users are told about one setting.</summary>
/// <param name="Flag">Flag without dashes, or null.</param>
/// <param name="Variable">Environment variable, or null.</param>
/// <param name="Fallback">Default as text.</param>
/// <param name="Allowed">What values are allowed.</param>
/// <param name="Description">One sentence.</param>
internal sealed record SettingHelp(string? Flag, string? Variable, string Fallback, string Allowed, string Description)
{
    /// <summary>A flag alone means true.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>Never printed.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The setting's name: its flag, or its variable when it has none.</summary>
    public string Name => Flag ?? Variable ?? throw new InvalidOperationException("A setting needs a flag or a variable.");

    /// <summary>The name under which the user set it.</summary>
    public string NameFor(string source) => source == "flag" ? $"--{Flag}" : Variable ?? $"--{Flag}";

    /// <summary>The whole help text.</summary>
    public static string Render(string program, string summary, IEnumerable<SettingHelp> settings)
    {
        var text = new StringBuilder();
        text.Append(summary).Append("\n\nUsage: ").Append(program).Append(" [--name=value ...]\n");
        foreach (var setting in settings)
        {
            text.Append("\n  ").AppendJoin(", ", setting.Names()).Append('\n');
            text.Append("      ").Append(setting.Description);
            text.Append(" (").Append(setting.Allowed);
            if (setting.Fallback.Length > 0)
            {
                text.Append("; default ").Append(setting.Fallback);
            }

            text.Append(")\n");
        }

        return text.ToString();
    }

    /// <summary>All settings as rows of a Markdown table.</summary>
    public static string RenderTable(IEnumerable<SettingHelp> settings)
    {
        var text = new StringBuilder("| flag | variable | default | allowed | meaning |\n|---|---|---|---|---|\n");
        foreach (var setting in settings)
        {
            text.Append("| ")
                .AppendJoin(" | ", Code(setting.Flag is null ? "" : $"--{setting.Flag}"), Code(setting.Variable ?? ""), Code(setting.Fallback))
                .Append($" | {setting.Allowed} | {setting.Description} |\n");
        }

        return text.ToString();

        static string Code(string name) => name.Length == 0 ? "" : $"`{name}`";
    }

    private IEnumerable<string> Names()
    {
        if (Flag is not null)
        {
            yield return $"--{Flag}";
        }

        if (Variable is not null)
        {
            yield return Variable;
        }
    }
}
