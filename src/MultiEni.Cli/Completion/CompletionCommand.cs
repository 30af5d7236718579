using System.CommandLine;
using System.Reflection;
using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Completion;

/// <summary>
/// The command <c>completion</c>: prints the completion script for a shell or for kubectl.
/// </summary>
internal static class CompletionCommand
{
    private const string Kubectl = "kubectl";

    public static Command Create(CliContext context)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell, or kubectl for the script kubectl_complete-eni." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", Kubectl);
        var command = new Command("completion", "Print the completion script for a shell, or kubectl's kubectl_complete-eni.") { shell };
        command.SetAction(parsed => context.Output.Write(Script(parsed.GetValue(shell)!)));
        return command;
    }

    private static string Script(string shell)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"completion/{shell}.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>
/// Prints completions in the format that kubectl expects from plugins: one line per word, then a
/// directive to the shell.
/// </summary>
internal static class Completer
{
    /// <summary>The hidden command that completion scripts call.</summary>
    public const string Word = "__complete";

    // A shell that hangs on the tab key is worse than missing completions.
    private static readonly TimeSpan CompletionTimeout = TimeSpan.FromSeconds(5);

    // Cobra's directive: no file names.
    private const string NoFiles = ":4";

    public static async Task<int> CompleteAsync(
        IReadOnlyList<string> words,
        CliContext context,
        Func<ClusterOptions, RootCommand> commands,
        CancellationToken cancellationToken
    )
    {
        var word = words.Count == 0 ? "" : words[^1];
        var line = string.Join(' ', words);
        var cluster = new ClusterOptions();
        var parsed = commands(cluster).Parse(line);
        var items = parsed.GetCompletions(line.Length).Select(item => (item.Label, item.Detail ?? "")).ToList();
        if (parsed.CommandResult.Command.Name == "status" && !word.StartsWith('-'))
        {
            items.AddRange((await NamesAsync(() => cluster.Connect(parsed, context), context, cancellationToken)).Select(name => (name, "NodeENI")));
        }

        foreach (var (label, detail) in items.Where(item => item.Label.StartsWith(word, StringComparison.Ordinal)).DistinctBy(item => item.Label))
        {
            var about = detail.Split('\n')[0].Trim();
            await context.Output.WriteLineAsync(about.Length == 0 ? label : $"{label}\t{about}");
        }

        await context.Output.WriteLineAsync(NoFiles);
        return ExitCodes.Fine;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(
        Func<ClusterConnection> connect,
        CliContext context,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(CompletionTimeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var connection = connect();
            return [.. (await connection.ListAsync(Kinds.NodeEni, new ListOptions(), either.Token)).Select(nodeEni => nodeEni.Metadata.Name)];
        }
        catch (Exception unknown) when (unknown is OperationCanceledException || Failures.Explain(unknown) is not null)
        {
            return [];
        }
    }
}
