using System.CommandLine;
using System.Reflection;

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
