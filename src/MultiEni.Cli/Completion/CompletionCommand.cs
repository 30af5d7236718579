using System.CommandLine;
using System.Reflection;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Completion;

/// <summary>The command <c>completion</c>: prints the script that makes a shell, or kubectl, ask this program.</summary>
internal static class CompletionCommand
{
    private const string Kubectl = "kubectl";

    public static Command Create(CliContext surroundings)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell, or kubectl for the program kubectl_complete-eni." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", Kubectl);
        var command = new Command("completion", "Print the completion script of a shell, or kubectl's: kubectl_complete-eni.") { shell };
        command.SetAction(parsed => surroundings.Output.Write(Script(parsed.GetValue(shell)!)));
        return command;
    }

    private static string Script(string shell)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"completion/{shell}.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>Answers what may come next, in the form that kubectl expects of plugins: a line for each word, then what the shell shall do.</summary>
internal static class Completer
{
    /// <summary>The word by which shells call it.</summary>
    public const string Word = "__complete";

    // A shell that hangs at the tab key is worse than one that knows no names.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Cobra's directive: no file names.
    private const string NoFiles = ":4";

    public static async Task<int> CompleteAsync(
        IReadOnlyList<string> words,
        CliContext surroundings,
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
            items.AddRange(
                (await NamesAsync(() => cluster.Connect(parsed, surroundings), surroundings, cancellationToken)).Select(name => (name, "NodeENI"))
            );
        }

        foreach (var (label, detail) in items.Where(item => item.Label.StartsWith(word, StringComparison.Ordinal)).DistinctBy(item => item.Label))
        {
            var about = detail.Split('\n')[0].Trim();
            await surroundings.Output.WriteLineAsync(about.Length == 0 ? label : $"{label}\t{about}");
        }

        await surroundings.Output.WriteLineAsync(NoFiles);
        return ExitCodes.Fine;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(
        Func<ClusterConnection> connect,
        CliContext surroundings,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(Patience, surroundings.Time);
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
