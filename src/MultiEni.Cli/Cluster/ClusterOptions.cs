using System.CommandLine;
using System.CommandLine.Parsing;
using MultiEni.Api;

namespace MultiEni.Cli.Cluster;

/// <summary>The options by which a user chooses a cluster, with kubectl's names.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Path of a kubeconfig.",
        HelpName = "FILE",
        Recursive = true,
    };
    private readonly Option<string?> _context = new("--context")
    {
        Description = "Context of the kubeconfig.",
        HelpName = "NAME",
        Recursive = true,
    };
    private readonly Option<string> _home = new("--namespace", "-n")
    {
        Description = "Namespace of the controller and the ENI managers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Names.Namespace,
        Recursive = true,
    };

    /// <summary>Adds them to the program: they may stand before the command and after it, as with kubectl.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_kubeconfig);
        root.Add(_context);
        root.Add(_home);
    }

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(ParseResult parsed) => parsed.GetValue(_kubeconfig);

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(SymbolResult result) => result.GetValue(_kubeconfig);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(ParseResult parsed) => parsed.GetValue(_context);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(SymbolResult result) => result.GetValue(_context);

    /// <summary>What the user chose.</summary>
    public ClusterConnection Connect(ParseResult parsed, CliContext surroundings) =>
        ClusterConnection.Open(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_home)!, surroundings);
}
