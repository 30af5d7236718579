using System.CommandLine;

namespace MultiEni.Cli.Output;

/// <summary>Values of <c>--output</c>.</summary>
internal static class OutputFormats
{
    /// <summary>For people.</summary>
    public const string Text = "text";

    /// <summary>For people, with more columns.</summary>
    public const string Wide = "wide";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    /// <summary>For programs and people.</summary>
    public const string Yaml = "yaml";

    /// <summary>The option <c>-o</c> with the formats that a command knows; the first is the default.</summary>
    public static Option<string> Option(params string[] formats)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"Form of the output: {string.Join(", ", formats)}.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = _ => formats[0],
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
