using System.Globalization;

namespace MultiEni.Operator.Configuration;

/// <summary>
/// Reads settings: flag over environment over default. Ask for every setting once, then call
/// <see cref="Finish"/>, which reports all errors together. A setting has a flag, an environment
/// variable, or both; an empty variable counts as not set.
/// </summary>
/// <remarks>
/// Flags are read as Go's: one dash or two, <c>--name=value</c> or <c>--name value</c>, the last
/// one wins. A value that starts with two dashes needs the form with the equals sign. A bad value
/// yields the default, so that reading can go on to the next error.
/// </remarks>
/// <param name="program">Name of the program in the help text.</param>
/// <param name="arguments">Command line, without subcommands.</param>
/// <param name="environment">Reads an environment variable.</param>
public sealed class SettingsReader(string program, IReadOnlyList<string> arguments, Func<string, string?> environment)
{
    private const string Hidden = "(hidden)";
    private readonly CommandLine _commandLine = new(arguments);
    private readonly List<string> _errors = [];
    private readonly List<EffectiveSetting> _effective = [];
    private readonly List<SettingHelp> _known = [];

    /// <summary>
    /// Whether <c>--help</c> or <c>-h</c> was given; print <see cref="Help"/> and stop, after
    /// asking for all settings.
    /// </summary>
    public bool HelpRequested { get; } = arguments.Any(argument => argument is "--help" or "-help" or "-h");

    /// <summary>
    /// All settings with their values and where they came from; secrets are hidden.
    /// </summary>
    public IReadOnlyList<EffectiveSetting> Effective => _effective;

    /// <summary>Any text.</summary>
    public string Text(string? flag, string? variable, string fallback, string help, bool secret = false) =>
        Read(new(flag, variable, fallback, "text", help) { IsSecret = secret }, fallback, text => text);

    /// <summary>A comma-separated list, trimmed, without empty entries.</summary>
    public IReadOnlyList<string> List(string? flag, string? variable, string fallback, string help)
    {
        return Read(new(flag, variable, fallback, "list", help), Split(fallback), Split);

        static IReadOnlyList<string> Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>True or false, as Go reads it; a flag alone is true.</summary>
    public bool Boolean(string? flag, string? variable, bool fallback, string help)
    {
        return Read(new(flag, variable, fallback ? "true" : "false", "true or false", help) { IsSwitch = true }, fallback, Parse);

        static bool Parse(string text) =>
            text switch
            {
                "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
                "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
                _ => throw new FormatException("true or false"),
            };
    }

    /// <summary>A whole number within bounds, both included.</summary>
    public int Integer(string? flag, string? variable, int fallback, int minimum, int maximum, string help)
    {
        var allowed = maximum == int.MaxValue ? $"a whole number from {minimum}" : $"a whole number from {minimum} to {maximum}";
        return Read(
            new(flag, variable, fallback.ToString(CultureInfo.InvariantCulture), allowed, help),
            fallback,
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
                    ? value
                    : throw new FormatException(allowed)
        );
    }

    /// <summary>A number within bounds, both included.</summary>
    public double Number(string? flag, string? variable, double fallback, double minimum, double maximum, string help)
    {
        var allowed = double.IsPositiveInfinity(maximum) ? $"a number from {minimum}" : $"a number from {minimum} to {maximum}";
        return Read(
            new(flag, variable, fallback.ToString(CultureInfo.InvariantCulture), allowed, help),
            fallback,
            text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
                    ? value
                    : throw new FormatException(allowed)
        );
    }

    /// <summary>A Go duration of at least <paramref name="minimum"/>.</summary>
    public TimeSpan Duration(string? flag, string? variable, TimeSpan fallback, TimeSpan minimum, string help)
    {
        var allowed = $"a duration such as 30s, 5m or 1h30m, at least {GoDuration.Format(minimum)}";
        return Read(
            new(flag, variable, GoDuration.Format(fallback), "duration", help),
            fallback,
            text => GoDuration.TryParse(text, out var value) && value >= minimum ? value : throw new FormatException(allowed)
        );
    }

    /// <summary>One of a few words, without regard to case; returned as listed.</summary>
    public string Choice(string? flag, string? variable, string fallback, IReadOnlyList<string> allowed, string help)
    {
        var words = string.Join(", ", allowed);
        return Read(
            new(flag, variable, fallback, $"one of {words}", help),
            fallback,
            text =>
                allowed.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException($"one of {words}")
        );
    }

    /// <summary>
    /// Anything a parser accepts; its <see cref="FormatException"/> message says what is allowed.
    /// </summary>
    /// <param name="flag">Flag without dashes, or null.</param>
    /// <param name="variable">Environment variable, or null.</param>
    /// <param name="fallback">
    /// Default, in the form that users write; must be acceptable to the parser.
    /// </param>
    /// <param name="parse">Reads a value.</param>
    /// <param name="help">One sentence.</param>
    public T Parsed<T>(string? flag, string? variable, string fallback, Func<string, T> parse, string help)
    {
        ArgumentNullException.ThrowIfNull(parse);
        return Read(new(flag, variable, fallback, "text", help), parse(fallback), parse);
    }

    /// <summary>
    /// An error that shows only when several settings are seen together; reported by
    /// <see cref="Finish"/> with the others.
    /// </summary>
    public void Refuse(string error) => _errors.Add(error);

    /// <summary>Ends the reading.</summary>
    /// <exception cref="SettingsException">Values are bad, or flags unknown.</exception>
    public void Finish()
    {
        var flags = _known.Select(setting => setting.Flag).OfType<string>().ToList();
        var all = _errors.Concat(_commandLine.Leftovers(flags)).ToList();
        if (all.Count > 0)
        {
            throw new SettingsException(all);
        }
    }

    /// <summary>Text for <c>--help</c>.</summary>
    public string Help(string summary) => SettingHelp.Render(program, summary, _known);

    /// <summary>The same as a Markdown table for the documentation, one row a setting.</summary>
    public string HelpTable() => SettingHelp.RenderTable(_known);

    private T Read<T>(SettingHelp setting, T fallback, Func<string, T> parse)
    {
        _known.Add(setting);
        var (text, source) = Find(setting);
        var value = fallback;
        if (text is not null)
        {
            try
            {
                value = parse(text);
            }
            catch (FormatException e)
            {
                var shown = setting.IsSecret ? Hidden : $"'{text}'";
                _errors.Add($"{setting.NameFor(source)}: {shown} is not allowed; it must be {e.Message}.");
            }
        }

        var printed = text ?? setting.Fallback;
        _effective.Add(new(setting.Name, setting.IsSecret && printed.Length > 0 ? Hidden : printed, source));
        return value;
    }

    private (string? Text, string Source) Find(SettingHelp setting)
    {
        if (setting.Flag is { } flag && _commandLine.Take(flag, setting.IsSwitch) is { } taken)
        {
            if (taken.Value is null)
            {
                _errors.Add($"--{flag} needs a value: {setting.Allowed}.");
                return (null, "default");
            }

            return (taken.Value, "flag");
        }

        return setting.Variable is { } variable && environment(variable) is { Length: > 0 } value ? (value, "environment") : (null, "default");
    }
}

/// <summary>
/// The program cannot start with these settings; one line for each thing that is wrong.
/// </summary>
public sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>Name, value and what is allowed, for each bad setting.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}

/// <summary>A setting as it is in force.</summary>
/// <param name="Name">Its flag without dashes, or its variable when it has no flag.</param>
/// <param name="Value">Its value; hidden when it is a secret.</param>
/// <param name="Source">
/// Where the value came from: <c>flag</c>, <c>environment</c> or <c>default</c>.
/// </param>
public sealed record EffectiveSetting(string Name, string Value, string Source);

/// <summary>A flag that was given.</summary>
/// <param name="Value">Its value, or null when it needs one and has none.</param>
internal readonly record struct FlagValue(string? Value);
