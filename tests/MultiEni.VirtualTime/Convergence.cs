using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Controller;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.VirtualTime;

/// <summary>
/// Lets a controller that has just begun to lead give a fleet its ENIs, under the account's request
/// quotas, and takes the time. There are no ENI managers: an ENI counts as ready when the
/// controller reports it as attached.
/// </summary>
public static class Convergence
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Runs one case.</summary>
    /// <exception cref="TimeoutException">It did not converge in five times the bound.</exception>
    public static async Task<ConvergenceResult> RunAsync(ConvergenceCase target, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var began = TimeProvider.System.GetTimestamp();
        await using var cluster = await VirtualCluster.StartAsync(
            new VirtualClock(),
            Account(target),
            new KubernetesSimulatorOptions { HistoryLength = 200_000 },
            cancellationToken
        );
        Prepare(cluster, target);
        cluster.Ec2.Counters.Reset();
        cluster.Kubernetes.Faults.ResetCounts();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var settings = new ControllerSettings
        {
            MetricsAddress = "0",
            Identity = "convergence",
            Ec2RateProfile = target.Quotas,
        };
        var times = new ReadyTimes(cluster.Kubernetes.Store, cluster.Time, target.Enis);
        var watching = times.WatchAsync(stop.Token);
        var controller = cluster.Controller(settings, loggers).RunAsync(stop.Token);
        var hardened = TimeSpan.Zero;
        using (VirtualTimeDriver.Start(cluster.Time))
        {
            try
            {
                var limit = (target.HardenedBound * 5) + TimeSpan.FromMinutes(5);
                await await Task.WhenAny(watching, Ended(controller)).WaitAsync(limit, cluster.Time, cancellationToken);
                hardened = await UntilHardenedAsync(cluster, target, limit, cancellationToken);
            }
            finally
            {
                await stop.CancelAsync();
                await controller;
            }
        }

        var calls = cluster.Ec2.Counters.Snapshot();
        return new ConvergenceResult(
            target,
            times.Last,
            hardened > times.Last ? hardened : times.Last,
            times.ByNode(),
            calls,
            Writes(cluster),
            TimeProvider.System.GetElapsedTime(began)
        );
    }

    private static Ec2SimulatorOptions Account(ConvergenceCase target) =>
        new()
        {
            Latencies = Ec2Latencies.Typical with { InstanceStart = TimeSpan.Zero },
            Throttling = new Ec2Throttling { Multiplier = target.Quotas },
            // Raised, as it has to be for so many ENIs (docs/reference/ec2.md#quotas).
            NetworkInterfaceQuota = int.MaxValue,
        };

    private static void Prepare(VirtualCluster cluster, ConvergenceCase target)
    {
        var subnets = Fleet.Build(cluster.Ec2.World, cluster.Kubernetes.Store, target.Nodes, target.EnisPerNode);
        cluster.Kubernetes.Store.Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Names.Namespace } });
        var each = target.EnisPerNode / target.NodeEnis;
        for (var i = 0; i < target.NodeEnis; i++)
        {
            cluster.Kubernetes.Store.Create(
                $"{Names.NodeEniPlural}.{Names.Group}",
                Fleet.NodeEni($"fleet-{i}", 1 + (i * each), subnets.Skip(i * each).Take(each), !target.WithoutSourceDestCheck)
            );
        }
    }

    private static async Task Ended(Task controller)
    {
        await controller;
        throw new InvalidOperationException("the controller ended by itself");
    }

    /// <summary>
    /// Waits until every ENI is as its NodeENI says, and tells when the last call for that was
    /// answered.
    /// </summary>
    private static async Task<TimeSpan> UntilHardenedAsync(
        VirtualCluster cluster,
        ConvergenceCase target,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var wanted = target.Enis * (target.WithoutSourceDestCheck ? 2 : 1);
        while (cluster.Ec2.Counters.Snapshot()["ModifyNetworkInterfaceAttribute"].Succeeded < wanted || !AllHardened(cluster, target))
        {
            if (cluster.Time.Elapsed > limit)
            {
                throw new TimeoutException($"not hardened after {cluster.Time.Elapsed}");
            }

            await Task.Delay(Step, cluster.Time, cancellationToken);
        }

        var changes = cluster.Ec2.Counters.Snapshot().Timeline.Where(call => call.Action == "ModifyNetworkInterfaceAttribute");
        return changes.Max(call => call.AnsweredAt) - cluster.Time.GetUtcNow() + cluster.Time.Elapsed;
    }

    private static bool AllHardened(VirtualCluster cluster, ConvergenceCase target) =>
        cluster.Ec2.World.NetworkInterfaces.Count(row =>
            row.Tags.ContainsKey("networking.k8s.aws/slot")
            && row.Attachment is { Status: AttachmentStatus.Attached, DeleteOnTermination: true }
            && row.SourceDestCheck != target.WithoutSourceDestCheck
        ) == target.Enis;

    private static Dictionary<string, long> Writes(VirtualCluster cluster) =>
        cluster
            .Kubernetes.Faults.Count()
            .Counts.Where(count => count.Key.Verb is "create" or "update" or "patch" or "delete")
            .GroupBy(count => $"{count.Key.Verb} {count.Key.Resource}")
            .ToDictionary(group => group.Key, group => group.Sum(count => count.Value));
}
