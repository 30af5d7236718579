namespace MultiEni.Cli.Demo;

/// <summary>What the user asked of the demo.</summary>
/// <param name="Nodes">Nodes of the simulated cluster.</param>
/// <param name="Speed">How much faster than a real one EC2 and the nodes are.</param>
/// <param name="Chaos">Kill the controller and the ENI managers at random.</param>
/// <param name="Seed">Decides what chaos kills and when; the same seed makes the same choices.</param>
/// <param name="Keep">Leave everything running after the ENIs are ready.</param>
/// <param name="Manifest">The user's own documents in place of the built-in ones.</param>
/// <param name="Binaries">Folder of the published programs; null runs those built together with this one.</param>
/// <param name="Publisher">Who offers devices to pods: <c>sriov-config</c> or <c>embedded</c>.</param>
/// <param name="Timeout">How long one step of the story may take.</param>
/// <param name="Kubeconfig">Of a cluster of the user's, in which the demo is a guest; null for a simulated one.</param>
/// <param name="Context">Its context; null for the current one.</param>
internal sealed record DemoOptions(
    int Nodes,
    double Speed,
    bool Chaos,
    int Seed,
    bool Keep,
    string? Manifest,
    string? Binaries,
    string Publisher,
    TimeSpan Timeout,
    string? Kubeconfig,
    string? Context
)
{
    /// <summary>The ENI manager as a device plugin of its own.</summary>
    public const string Embedded = "embedded";

    /// <summary>The SR-IOV device plugin by its file.</summary>
    public const string SriovConfig = "sriov-config";
}
