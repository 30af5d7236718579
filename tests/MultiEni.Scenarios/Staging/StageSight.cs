using MultiEni.Api.EniAttachments;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Scenarios.Staging;

/// <summary>Where a story looks: EC2's rows, kernels, files and nodes, past the product.</summary>
internal static class StageSight
{
    extension(Stage stage)
    {
        /// <summary>The ENI of an attachment as EC2 has it.</summary>
        public NetworkInterface Eni(EniAttachment attachment) =>
            stage.Cluster.Ec2.World.FindNetworkInterface(attachment.Status!.Network!.EniId!)
            ?? throw new InvalidOperationException($"{attachment.Status.Network.EniId} is not in EC2");

        /// <summary>All ENIs of ours in EC2.</summary>
        public IReadOnlyList<NetworkInterface> OurEnis =>
            [.. stage.Cluster.Ec2.World.NetworkInterfaces.Where(row => row.Tags.ContainsKey("networking.k8s.aws/slot"))];

        /// <summary>The device of an attachment in its node's kernel.</summary>
        public SimulatedDevice Device(EniAttachment attachment) =>
            stage.Cluster.Host(attachment.Spec!.NodeName).DeviceByMac(attachment.Status!.Network!.MacAddress!)
            ?? throw new InvalidOperationException($"{attachment.Spec.NodeName} has no device {attachment.Status.Network.MacAddress}");

        /// <summary>The link of an attachment in its node's kernel.</summary>
        public SimulatedLink Link(EniAttachment attachment) =>
            stage.Cluster.Host(attachment.Spec!.NodeName).Network().Links.Single(link => link.MacAddress == attachment.Status!.Network!.MacAddress);

        /// <summary>How many devices of a resource a node offers.</summary>
        public async Task<string?> AllocatableAsync(string node, string resource) =>
            (await stage.Api.FindAsync($"/api/v1/nodes/{node}", Stage.Stop))?["status"]?["allocatable"]?[resource]?.GetValue<string>();

        public Task<string> PluginFileAsync(string node) => File.ReadAllTextAsync(stage.Cluster.PcidpFile(node), Stage.Stop);

        public async Task<string?> PodPhaseAsync(string name) =>
            (await stage.Api.FindAsync(ApiPaths.Of("Pod", name), Stage.Stop))?["status"]?["phase"]?.GetValue<string>();

        /// <summary>
        /// What the simulated API server refused to anybody since the policies hold.
        /// </summary>
        public IReadOnlyList<string> Refusals =>
            [
                .. stage.Cluster.Kubernetes.Access.Log.Refusals.Where(refusal =>
                    !refusal.Contains($"\"{InstalledAccess.Probe}\"", StringComparison.Ordinal)
                ),
            ];

        /// <summary>How often an EC2 action was called.</summary>
        public int Calls(string action) => stage.Cluster.Ec2.Counters.Snapshot()[action].Total;
    }
}
