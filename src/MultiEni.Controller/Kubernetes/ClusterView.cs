using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.Kubernetes;

/// <summary>
/// The controller's caches. It exists only once all of them are filled: nothing can be decided on
/// half a view.
/// </summary>
internal sealed class ClusterView(IObjectCache<NodeEni> nodeEnis, IObjectCache<Node> nodes, IObjectCache<EniAttachment> attachments)
{
    internal const string ByNodeEniIndex = "nodeENI";
    internal const string ByInstanceIndex = "instance";
    internal const string BySubnetIndex = "subnet";
    internal const string ByRetainedEniIndex = "retainedENI";
    internal const string ByAwaitedAddressIndex = "awaitedAddress";

    /// <summary>A NodeENI, or null.</summary>
    public NodeEni? NodeEni(string name) => nodeEnis.Get(new ObjectKey(null, name));

    /// <summary>All NodeENIs.</summary>
    public IReadOnlyList<NodeEni> NodeEnis => nodeEnis.List();

    /// <summary>How many nodes there are.</summary>
    public int NodeCount => nodes.Count;

    /// <summary>All nodes.</summary>
    public IReadOnlyList<Node> Nodes => nodes.List();

    /// <summary>A node, or null.</summary>
    public Node? Node(string name) => nodes.Get(new ObjectKey(null, name));

    /// <summary>
    /// Whether a node is gone, or its kubelet says that it is not ready, or says nothing any more.
    /// </summary>
    public bool IsNodeLost(string name) =>
        Node(name) is not { } node || node.Status.Conditions.Find(ConditionTypes.Ready) is { Status: not ConditionStatus.True };

    /// <summary>The nodes whose labels contain a NodeENI's selector, by name.</summary>
    public IReadOnlyList<Node> NodesMatching(NodeEni nodeEni)
    {
        return nodes.List().Where(node => Selects(nodeEni, node)).OrderBy(node => node.Metadata.Name, StringComparer.Ordinal).ToList();
    }

    /// <summary>An attachment, or null.</summary>
    public EniAttachment? Attachment(string name) => attachments.Get(new ObjectKey(null, name));

    /// <summary>How many attachments there are.</summary>
    public int AttachmentCount => attachments.Count;

    /// <summary>All attachments.</summary>
    public IReadOnlyList<EniAttachment> Attachments => attachments.List();

    /// <summary>The attachments of a NodeENI.</summary>
    public IReadOnlyList<EniAttachment> AttachmentsOf(string nodeEniName) => attachments.ByIndex(ByNodeEniIndex, nodeEniName);

    /// <summary>The attachments on an instance.</summary>
    public IReadOnlyList<EniAttachment> AttachmentsOn(string instanceId) => attachments.ByIndex(ByInstanceIndex, instanceId);

    /// <summary>The attachments in a subnet.</summary>
    public IReadOnlyList<EniAttachment> AttachmentsIn(string subnetId) => attachments.ByIndex(BySubnetIndex, subnetId);

    /// <summary>The attachments that take, or took, a retained ENI.</summary>
    public IReadOnlyList<EniAttachment> ClaimantsOf(string eniId) => attachments.ByIndex(ByRetainedEniIndex, eniId);

    /// <summary>
    /// The attachments that are to get an address, because their pods ask for it by name.
    /// </summary>
    public IReadOnlyList<EniAttachment> AwaitersOf(string address) => attachments.ByIndex(ByAwaitedAddressIndex, address);

    /// <summary>Writes the controller's part of attachments.</summary>
    public ObjectWriter<EniAttachment> AttachmentWriter(KubernetesClient client) => new(client, Kinds.EniAttachment, Names.Controller, attachments);

    /// <summary>Writes the controller's part of NodeENIs.</summary>
    public ObjectWriter<NodeEni> NodeEniWriter(KubernetesClient client) => new(client, Kinds.NodeEni, Names.Controller, nodeEnis);

    /// <summary>
    /// Takes over the answer to a write of an attachment, before the watch shows it.
    /// </summary>
    public void Wrote(EniAttachment answer) => attachments.Wrote(answer);

    /// <summary>The API server said that an attachment is gone.</summary>
    public void Gone(EniAttachment last) => attachments.Gone(last);

    /// <summary>
    /// Whether a NodeENI's selector matches a node. An empty one matches none: the schema refuses
    /// it, and so does this.
    /// </summary>
    public static bool Selects(NodeEni nodeEni, Node node)
    {
        var selector = nodeEni.Spec?.NodeSelector;
        if (selector is not { Count: > 0 })
        {
            return false;
        }

        foreach (var (key, value) in selector)
        {
            if (node.Metadata.Label(key) != value)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The sources of change that the controller listens to.</summary>
internal sealed record ControllerInformers(Informer<NodeEni> NodeEnis, Informer<Node> Nodes, Informer<EniAttachment> Attachments);

/// <summary>
/// Cuts cached objects down to what the controller reads, so that thousands of nodes cost a few
/// megabytes.
/// </summary>
internal static class Trimming
{
    // The same few objects for all nodes.
    private static readonly NodeStatus NoStatus = new();
    private static readonly Dictionary<string, NodeStatus> ByReadiness = new[]
    {
        ConditionStatus.True,
        ConditionStatus.False,
        ConditionStatus.Unknown,
    }.ToDictionary(status => status, status => new NodeStatus { Conditions = [new() { Type = ConditionTypes.Ready, Status = status }] });

    public static Node Node(Node node) =>
        node with
        {
            Metadata = new ObjectMeta
            {
                Name = node.Metadata.Name,
                Uid = node.Metadata.Uid,
                ResourceVersion = node.Metadata.ResourceVersion,
                Labels = node.Metadata.Labels,
                DeletionTimestamp = node.Metadata.DeletionTimestamp,
            },
            Spec = new NodeSpec { ProviderID = node.Spec.ProviderID, Taints = node.Spec.Taints is { Count: > 0 } ? node.Spec.Taints : null },
            Status = node.Status.Conditions.Find(ConditionTypes.Ready)?.Status is { } ready
                ? ByReadiness.GetValueOrDefault(ready, NoStatus)
                : NoStatus,
        };
}
