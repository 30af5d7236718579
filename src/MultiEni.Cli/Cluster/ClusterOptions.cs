using System.CommandLine;
using MultiEni.Api;

namespace MultiEni.Cli.Cluster;

/// <summary>The options by which a user chooses a cluster, with kubectl's names.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> kubeconfig = new("--kubeconfig") { Description = "Path of a kubeconfig.", HelpName = "FILE" };
    private readonly Option<string?> context = new("--context") { Description = "Context of the kubeconfig.", HelpName = "NAME" };
    private readonly Option<string> home = new("--namespace", "-n")
    {
        Description = "Namespace of the controller and the ENI managers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Names.Namespace,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(kubeconfig);
        command.Add(context);
        command.Add(home);
    }

    /// <summary>What the user chose.</summary>
    public ClusterConnection Connect(ParseResult parsed, Surroundings surroundings) =>
        ClusterConnection.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context), parsed.GetValue(home)!, surroundings);
}
