using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Tests;

/// <summary>Runs a command as a user does, in this process.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    public static Task<CommandRun> Of(params string[] arguments) => With(new CommandRunOptions(), arguments);

    public static async Task<CommandRun> With(CommandRunOptions options, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var context = new CliContext
        {
            Output = output,
            Error = error,
            Input = new StringReader(options.Input),
            Environment = name => options.Environment.GetValueOrDefault(name),
            Time = options.Time,
            OutputIsTerminal = options.Terminal,
            InputIsTerminal = options.Input.Length > 0,
        };
        var code = await EniProgram.RunAsync(arguments, context, TestContext.Current.CancellationToken);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
