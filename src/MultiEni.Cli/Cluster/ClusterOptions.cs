using System.CommandLine;
using System.CommandLine.Parsing;
using MultiEni.Api;

namespace MultiEni.Cli.Cluster;

/// <summary>The options by which a user chooses a cluster, with kubectl's names.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> kubeconfig = new("--kubeconfig")
    {
        Description = "Path of a kubeconfig.",
        HelpName = "FILE",
        Recursive = true,
    };
    private readonly Option<string?> context = new("--context")
    {
        Description = "Context of the kubeconfig.",
        HelpName = "NAME",
        Recursive = true,
    };
    private readonly Option<string> home = new("--namespace", "-n")
    {
        Description = "Namespace of the controller and the ENI managers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Names.Namespace,
        Recursive = true,
    };

    /// <summary>Adds them to the program: they may stand before the command and after it, as with kubectl.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(kubeconfig);
        root.Add(context);
        root.Add(home);
    }

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(ParseResult parsed) => parsed.GetValue(kubeconfig);

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(SymbolResult result) => result.GetValue(kubeconfig);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(ParseResult parsed) => parsed.GetValue(context);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(SymbolResult result) => result.GetValue(context);

    /// <summary>What the user chose.</summary>
    public ClusterConnection Connect(ParseResult parsed, Surroundings surroundings) =>
        ClusterConnection.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context), parsed.GetValue(home)!, surroundings);
}
