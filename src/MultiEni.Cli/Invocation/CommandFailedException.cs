namespace MultiEni.Cli.Invocation;

/// <summary>A command cannot do its work. Message and remedy are shown as they are.</summary>
internal sealed class CommandFailedException(string message, string? remedy, int exitCode) : Exception(message)
{
    /// <summary>What the user can do, or null.</summary>
    public string? Remedy => remedy;

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;
}
