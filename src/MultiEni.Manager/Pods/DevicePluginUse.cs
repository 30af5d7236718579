using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Pods;

/// <summary>
/// Which pods have a device through a device plugin, ours or another one. The kubelet alone knows:
/// a pod's request does not say which of several devices it got.
/// </summary>
/// <param name="kubelet">Tells which pods have which devices.</param>
/// <param name="finished">Tells which of them have finished.</param>
internal sealed class DevicePluginUse(PodResourcesClient kubelet, FinishedPods finished)
{
    private const string MayHaveFinished =
        " If it has finished, delete it: kubelets before 1.34 name a pod until its object is gone, and the ENI manager may not look at pods"
        + " (eniManager.listPods).";

    /// <summary>The pods that have a device and have not finished.</summary>
    /// <exception cref="GrpcException">The kubelet does not answer.</exception>
    /// <exception cref="ProtoException">Its answer cannot be read.</exception>
    public async Task<DeviceHolders> OfAsync(PciAddress address, CancellationToken cancellationToken)
    {
        var holders = new List<HeldDevice>();
        var hint = "";
        foreach (var held in (await kubelet.ListAsync(cancellationToken)).Where(held => held.DeviceId == address.ToString()))
        {
            switch (await finished.AskAsync(held.Namespace, held.Pod, cancellationToken))
            {
                case true:
                    continue;
                case null:
                    hint = MayHaveFinished;
                    break;
            }

            holders.Add(held);
        }

        return new DeviceHolders(holders, hint);
    }

    /// <summary>
    /// Why a claim must not have a device: a pod has it, or whether one has it cannot be found out.
    /// Null when none has it.
    /// </summary>
    public async Task<string?> WhyNotForClaimAsync(PciAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await OfAsync(address, cancellationToken) is { Pods.Count: > 0 } holders
                ? $"{address} is in use by {holders}. It is prepared when that has ended: delete the pod. To avoid this, drain a node before its publisher becomes "
                    + $"dra.{holders.Hint}"
                : null;
        }
        catch (Exception error) when (error is GrpcException or ProtoException)
        {
            return $"whether a pod has {address} through a device plugin is unknown, because the kubelet does not list the devices of pods ({error.Message}). It is prepared "
                + "when the kubelet answers: check that it is running and that its folder pod-resources, below KUBELET_ROOT, is mounted.";
        }
    }
}

/// <summary>The pods that have a device through a device plugin.</summary>
/// <param name="Pods">The pods, once for each container.</param>
/// <param name="Hint">What to do if one has finished, when that cannot be told; otherwise empty.</param>
internal sealed record DeviceHolders(IReadOnlyList<HeldDevice> Pods, string Hint)
{
    /// <summary>The resources under which they requested it.</summary>
    public IReadOnlyList<string> Resources => [.. Pods.Select(holder => holder.Resource).Distinct(StringComparer.Ordinal)];

    /// <summary>Names a few pods.</summary>
    public static string Name(IEnumerable<string> pods)
    {
        var names = pods.Distinct(StringComparer.Ordinal).ToList();
        return $"pod{(names.Count > 1 ? "s" : "")} {string.Join(", ", names.Take(3))}" + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
    }

    /// <summary><c>pod ns/name, which requested prefix/resource</c>.</summary>
    public override string ToString() =>
        $"{Name(Pods.Select(holder => $"{holder.Namespace}/{holder.Pod}"))}, which requested {string.Join(" and ", Resources)}";
}
