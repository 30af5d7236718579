using System.CommandLine;
using System.Text.Json.Serialization;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Doctor;

/// <summary>The command <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliContext surroundings, ClusterOptions cluster)
    {
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var command = new Command(
            "doctor",
            "Look for what stops the product in a cluster, and say the remedy. Reads only. The exit code is 0 when no error was found."
        )
        {
            format,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, surroundings);
                var report = Checks.Run(await new PictureReader(connection, surroundings.Time).ReadAsync(cancellationToken));
                var chosen = parsed.GetValue(format)!;
                if (chosen == OutputFormats.Text)
                {
                    DoctorText.Write(report, surroundings.Output, Paint.For(surroundings));
                }
                else
                {
                    MachineOutput.Write(surroundings.Output, chosen, report, DoctorJson.Default.DoctorReport);
                }

                return report.Healthy ? ExitCodes.Fine : ExitCodes.Trouble;
            }
        );
        return command;
    }
}

/// <summary>What the doctor says.</summary>
/// <param name="Healthy">Whether no error was found: the exit code.</param>
/// <param name="Passed">Checks that found nothing.</param>
/// <param name="Findings">What was found, errors first.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<string> Passed, IReadOnlyList<Finding> Findings);

/// <summary>How the report is written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;

/// <summary>Writes the report for people.</summary>
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
            output.WriteLine($"{paint.Good("✓")} nothing found: {string.Join(", ", report.Passed)}");
        }

        var errors = report.Findings.Count(finding => finding.Severity == Severity.Error);
        var warnings = report.Findings.Count(finding => finding.Severity == Severity.Warning);
        output.WriteLine(errors + warnings == 0 ? "All is well." : $"{errors} errors, {warnings} warnings.");
    }
}

/// <summary>Words of findings.</summary>
internal static class Text
{
    private const int Named = 3;

    /// <summary>The first of many, and how many more.</summary>
    public static string Several(string kind, IReadOnlyList<string> names) =>
        names.Count == 1
            ? $"{kind} {names[0]}"
            : $"{names.Count} {kind}s: {string.Join(", ", names.Take(Named))}{(names.Count > Named ? $" and {names.Count - Named} more" : "")}";
}
