using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Pods;

/// <summary>
/// The pods of this node. Asked for when needed and not watched: that happens only around changes.
/// </summary>
internal sealed class NodePods(KubernetesClient client, string nodeName)
{
    private static readonly ResourceKind<Pod> Kind = new("", "v1", "pods", "Pod", true, PodJson.Default.Pod, PodJson.Default.KubernetesListPod);

    /// <summary>All pods of the node.</summary>
    public Task<IReadOnlyList<Pod>> ListAsync(CancellationToken cancellationToken) => ListAsync(inNamespace: null, cancellationToken);

    /// <summary>
    /// The pods of the node in a namespace; null for all. Rights can be given by namespace and not
    /// by node.
    /// </summary>
    public Task<IReadOnlyList<Pod>> ListAsync(string? inNamespace, CancellationToken cancellationToken) =>
        SelectAsync(inNamespace, $"spec.nodeName={nodeName}", cancellationToken);

    /// <summary>
    /// A pod of the node, or null. By a list, which is all that the agent may be allowed.
    /// </summary>
    public async Task<Pod?> FindAsync(string inNamespace, string name, CancellationToken cancellationToken) =>
        await SelectAsync(inNamespace, $"metadata.name={name},spec.nodeName={nodeName}", cancellationToken) is [var pod] ? pod : null;

    private Task<IReadOnlyList<Pod>> SelectAsync(string? inNamespace, string selector, CancellationToken cancellationToken) =>
        client.ListAllAsync(Kind, new ListOptions { Namespace = inNamespace, FieldSelector = selector }, cancellationToken);

    /// <summary>
    /// Deletes a pod, that very one; its controller makes another. Returns whether it was still
    /// there.
    /// </summary>
    public async Task<bool> DeleteAsync(Pod pod, CancellationToken cancellationToken) =>
        (await client.DeleteAsync(Kind, ObjectKey.Of(pod), new DeleteOptions { Uid = pod.Metadata.Uid }, cancellationToken)).Existed;
}

/// <summary>A label by which pods are recognised.</summary>
/// <param name="Key">Name of the label.</param>
/// <param name="Value">Its value.</param>
internal sealed record PodLabel(string Key, string Value)
{
    /// <summary>Reads <c>key=value</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PodLabel Parse(string text) =>
        text.Trim().Split('=') is [{ Length: > 0 } key, { Length: > 0 } value] ? new PodLabel(key, value) : throw new FormatException("key=value");

    /// <summary>Whether an object has it.</summary>
    public bool Matches(ObjectMeta metadata) => metadata.Label(Key) == Value;
}
