namespace MultiEni.Cli.Doctor;

/// <summary>What the doctor says.</summary>
/// <param name="Healthy">Whether no error was found: the exit code.</param>
/// <param name="Passed">Checks that found nothing.</param>
/// <param name="Findings">What was found, errors first.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<string> Passed, IReadOnlyList<Finding> Findings);
