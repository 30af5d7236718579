namespace MultiEni.Cli;

/// <summary>What surrounds a command: where it reads and writes. Tests give it other streams and another environment.</summary>
internal sealed record CliContext
{
    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Errors, and questions to the user.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Answers of the user.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Whether results go to a terminal, which may have colours.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether somebody can answer a question.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Those of this process.</summary>
    public static CliContext OfProcess() =>
        new()
        {
            Output = Console.Out,
            Error = Console.Error,
            Input = Console.In,
            Environment = System.Environment.GetEnvironmentVariable,
            Time = TimeProvider.System,
            OutputIsTerminal = !Console.IsOutputRedirected,
            InputIsTerminal = !Console.IsInputRedirected,
        };
}
