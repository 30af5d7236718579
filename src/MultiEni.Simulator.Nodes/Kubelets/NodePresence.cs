using System.Globalization;
using System.Text.Json.Nodes;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>The Node of a kubelet, and the lease that shows that it lives.</summary>
/// <param name="part">The kubelet's client and tasks.</param>
/// <param name="name">Name of the node.</param>
/// <param name="time">Clock.</param>
internal sealed class NodePresence(ClusterPart part, string name, TimeProvider time)
{
    private static readonly TimeSpan LeaseRenewal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RightsTakeEffect = TimeSpan.FromSeconds(5);

    /// <summary>Creates the Node.</summary>
    /// <exception cref="KubernetesApiException">There is a Node of that name already.</exception>
    internal async Task RegisterAsync(ClusterObject node, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await part.Client.CreateAsync(ClusterKinds.Nodes, node, cancellationToken);
                return;
            }
            catch (KubernetesApiException refused) when (refused.IsForbidden && TimeProvider.System.GetElapsedTime(begin) < RightsTakeEffect)
            {
                // The rights may just have been given, and an API server learns of that a moment later.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Renews the lease, and again later: where the controllers of a real cluster run, a node that
    /// does not show that it lives is given up after a while.
    /// </summary>
    internal async Task RenewAsync()
    {
        await part.AskAsync((client, stop) => client.ApplyAsync(ClusterKinds.Leases, Lease(), "kubelet", force: true, subresource: null, stop));
        part.PostLater(LeaseRenewal, RenewAsync);
    }

    private ClusterObject Lease() =>
        new(
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "kube-node-lease" },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = name,
                    ["leaseDurationSeconds"] = 40,
                    ["renewTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                },
            }
        );
}
