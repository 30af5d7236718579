using System.CommandLine;
using System.Text.Json.Serialization;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Doctor;

/// <summary>The command <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var command = new Command("doctor", "Diagnose the installation and suggest fixes. Read-only. Exits with 0 if no errors are found.")
        {
            format,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, context);
                var report = Checks.Run(await new ClusterSnapshotReader(connection, context.Time).ReadAsync(cancellationToken));
                var chosen = parsed.GetValue(format)!;
                if (chosen == OutputFormats.Text)
                {
                    DoctorText.Write(report, context.Output, Paint.For(context));
                }
                else
                {
                    MachineOutput.Write(context.Output, chosen, report, DoctorJson.Default.DoctorReport);
                }

                return report.Healthy ? ExitCodes.Fine : ExitCodes.Trouble;
            }
        );
        return command;
    }
}

/// <summary>The doctor's report.</summary>
/// <param name="Healthy">Whether no error was found; determines the exit code.</param>
/// <param name="Passed">Checks without findings.</param>
/// <param name="Findings">Findings, errors first.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<string> Passed, IReadOnlyList<Finding> Findings);

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;

/// <summary>Prints the report as text.</summary>
internal static class DoctorText
{
    public static void Write(DoctorReport report, TextWriter output, Paint paint)
    {
        foreach (var finding in report.Findings)
        {
            var word = finding.Severity switch
            {
                Severity.Error => paint.Bad("✗ error  "),
                Severity.Warning => paint.Passing("! warning"),
                _ => paint.Faint("i info   "),
            };
            output.WriteLine($"{word} {paint.Strong(finding.Object)}{(finding.Reason is { } reason ? $"  {reason}" : "")}");
            output.WriteLine($"    {finding.Seen}");
            foreach (var remedy in finding.Remedies)
            {
                output.WriteLine($"    → {remedy}");
            }

            output.WriteLine();
        }

        if (report.Passed.Count > 0)
        {
            output.WriteLine($"{paint.Good("✓")} passed: {string.Join(", ", report.Passed)}");
        }

        var errors = report.Findings.Count(finding => finding.Severity == Severity.Error);
        var warnings = report.Findings.Count(finding => finding.Severity == Severity.Warning);
        output.WriteLine(errors + warnings == 0 ? "No problems found." : $"{errors} errors, {warnings} warnings.");
    }
}

/// <summary>Shortens lists of names in findings.</summary>
internal static class NameList
{
    private const int Named = 3;

    /// <summary>The first names, and the number of the others.</summary>
    public static string Shorten(string kind, IReadOnlyList<string> names) =>
        names.Count == 1
            ? $"{kind} {names[0]}"
            : $"{names.Count} {kind}s: {string.Join(", ", names.Take(Named))}{(names.Count > Named ? $" and {names.Count - Named} more" : "")}";
}
