namespace MultiEni.Cli.Invocation;

/// <summary>What the exit code of a command says; documented, scripts rely on it.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Fine = 0;

    /// <summary>The command did its work, and something is not as it should be.</summary>
    public const int Trouble = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The command could not find out: no cluster, no permission, no answer.</summary>
    public const int Unknown = 3;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
