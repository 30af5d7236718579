namespace MultiEni.Operator.Configuration;

/// <summary>
/// Reads settings: flag over environment over default. Ask for every setting once, then call <see cref="Finish"/>, which reports all
/// errors together. A setting has a flag, an environment variable, or both; an empty variable counts as not set.
/// </summary>
/// <param name="program">Name of the program in the help text.</param>
/// <param name="arguments">Command line, without subcommands.</param>
/// <param name="environment">Reads an environment variable.</param>
public sealed class SettingsReader(
    string program,
    IReadOnlyList<string> arguments,
    Func<string, string?> environment
)
{
    /// <summary>Whether <c>--help</c> or <c>-h</c> was given; print <see cref="Help"/> and stop, after asking for all settings.</summary>
    public bool HelpRequested => throw new NotImplementedException();

    /// <summary>Any text.</summary>
    public string Text(
        string? flag,
        string? variable,
        string fallback,
        string help,
        bool secret = false
    ) => throw new NotImplementedException();

    /// <summary>A comma-separated list, trimmed, without empty entries.</summary>
    public IReadOnlyList<string> List(
        string? flag,
        string? variable,
        string fallback,
        string help
    ) => throw new NotImplementedException();

    /// <summary>True or false, as Go reads it; a flag alone is true.</summary>
    public bool Boolean(string? flag, string? variable, bool fallback, string help) =>
        throw new NotImplementedException();

    /// <summary>A whole number within bounds, both included.</summary>
    public int Integer(
        string? flag,
        string? variable,
        int fallback,
        int minimum,
        int maximum,
        string help
    ) => throw new NotImplementedException();

    /// <summary>A number within bounds, both included.</summary>
    public double Number(
        string? flag,
        string? variable,
        double fallback,
        double minimum,
        double maximum,
        string help
    ) => throw new NotImplementedException();

    /// <summary>A Go duration of at least <paramref name="minimum"/>.</summary>
    public TimeSpan Duration(
        string? flag,
        string? variable,
        TimeSpan fallback,
        TimeSpan minimum,
        string help
    ) => throw new NotImplementedException();

    /// <summary>One of a few words, without regard to case; returned as listed.</summary>
    public string Choice(
        string? flag,
        string? variable,
        string fallback,
        IReadOnlyList<string> allowed,
        string help
    ) => throw new NotImplementedException();

    /// <summary>Anything a parser accepts; its <see cref="FormatException"/> message says what is allowed.</summary>
    public T Parsed<T>(
        string? flag,
        string? variable,
        string fallback,
        Func<string, T> parse,
        string help
    ) => throw new NotImplementedException();

    /// <summary>Ends the reading.</summary>
    /// <exception cref="SettingsException">Values are bad, or flags unknown.</exception>
    public void Finish() => throw new NotImplementedException();

    /// <summary>All settings with their values and where they came from, one a line; secrets are hidden.</summary>
    public IReadOnlyList<EffectiveSetting> Effective => throw new NotImplementedException();

    /// <summary>Text for <c>--help</c>.</summary>
    public string Help(string summary) => throw new NotImplementedException();
}
