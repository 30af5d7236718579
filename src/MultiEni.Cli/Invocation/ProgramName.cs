namespace MultiEni.Cli.Invocation;

/// <summary>The name by which API servers and AWS know this program.</summary>
internal static class ProgramName
{
    public const string Value = "kubectl-eni";
}
