using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Reliability.Lab;

/// <summary>The product's objects as the API server and EC2 have them.</summary>
internal static class Objects
{
    public const string NodeEnis = $"{Names.NodeEniPlural}.{Names.Group}";
    public const string Attachments = $"{Names.EniAttachmentPlural}.{Names.Group}";
    public const string Slot = "networking.k8s.aws/slot";

    public static WriteOptions AsUser { get; } = new() { FieldManager = "kubectl", Force = true };

    extension(Cluster cluster)
    {
        public NodeEni? NodeEni(string name) =>
            cluster.Kubernetes.Store.Find(NodeEnis, name) is { } found ? found.Deserialize(ApiJson.Default.NodeEni) : null;

        public IReadOnlyList<EniAttachment> EniAttachments =>
            [.. cluster.Kubernetes.Store.List(Attachments).Select(found => found.Deserialize(ApiJson.Default.EniAttachment)!)];

        /// <summary>ENIs in EC2 that carry our slot tag and are not a stranger's.</summary>
        public IReadOnlyList<NetworkInterface> OurEnis =>
            [.. cluster.Ec2.World.NetworkInterfaces.Where(row => row.Tags.ContainsKey(Slot) && !cluster.Foreign.Contains(row.Id))];
    }

    public static string Text(this JsonObject obj, string first, string second) => obj[first]?[second]?.GetValue<string>() ?? "";
}
