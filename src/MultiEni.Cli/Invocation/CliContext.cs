using System.CommandLine;

namespace MultiEni.Cli.Invocation;

/// <summary>Streams, environment and clock of a command. Tests pass their own.</summary>
internal sealed record CliContext
{
    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Errors, and questions to the user.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The user's answers.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Whether the output is a terminal that may show colours.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a user can answer questions.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>The context of this process.</summary>
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

/// <summary>The name by which API servers and AWS know this program.</summary>
internal static class ProgramName
{
    public const string Value = "kubectl-eni";
}

/// <summary>Arguments of commands.</summary>
internal static class Arguments
{
    /// <summary>An optional name. Rejects a mistyped option.</summary>
    public static Argument<string?> OptionalName(string help, string description)
    {
        var argument = new Argument<string?>(help)
        {
            Description = description,
            HelpName = help,
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] wrong }])
            {
                result.AddError($"There is no option {wrong}.");
            }
        });
        return argument;
    }
}

/// <summary>Options that are numbers.</summary>
internal static class Numbers
{
    /// <summary>
    /// Rejects values that are not a number in the range, both ends included.
    /// </summary>
    public static void Within(Option<int> option, int minimum, int maximum) =>
        // Parses the token: GetValue throws if the text is not a number.
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number >= minimum && number <= maximum))
            {
                result.AddError($"{option.Name} is '{token.Value}'; it must be a number from {minimum} to {maximum}");
            }
        });
}
