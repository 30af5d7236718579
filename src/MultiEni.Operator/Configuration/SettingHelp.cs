using System.Text;

namespace MultiEni.Operator.Configuration;

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
