using MultiEni.Cli.Output;

namespace MultiEni.Cli.Doctor;

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
