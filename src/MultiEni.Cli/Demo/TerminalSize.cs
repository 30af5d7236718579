namespace MultiEni.Cli.Demo;

/// <summary>Size of a terminal in characters.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>The size of this process' terminal; 80 by 24 where it does not tell.</summary>
    public static TerminalSize OfConsole() =>
        Console.WindowWidth > 0 && Console.WindowHeight > 0 ? new(Console.WindowWidth, Console.WindowHeight) : new(80, 24);
}
