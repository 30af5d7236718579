using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Demo;

/// <summary>The story: apply, watch, look at the result, take everything away, look for what is left.</summary>
internal sealed class DemoStory(
    SimulatedCluster cluster,
    Programs programs,
    DemoApi api,
    DemoDocuments documents,
    DemoOptions options,
    DemoPrinter printer
)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        await SetStageAsync(cancellationToken);
        using var chaosEnding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var monkey = new ChaosMonkey(programs, options.Seed, printer.Happened);
        var chaos = options.Chaos ? monkey.RunAsync(chaosEnding.Token) : Task.CompletedTask;
        try
        {
            await BuildUpAsync(cancellationToken);
            if (options.Keep)
            {
                await KeepAsync(cancellationToken);
            }

            await TakeDownAsync(cancellationToken);
        }
        finally
        {
            await chaosEnding.CancelAsync();
            await chaos.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (options.Chaos)
        {
            printer.Happened($"chaos killed {monkey.Kills} programs (seed {options.Seed}) and changed nothing about the end");
        }
    }

    private async Task SetStageAsync(CancellationToken cancellationToken)
    {
        var simulated = options.Kubeconfig is null ? "Kubernetes API, EC2, kernels" : "EC2, kernels, kubelets";
        printer.Chapter($"A cluster of {cluster.Nodes.Count} nodes in {cluster.Network.Zones.Count} zones, simulated: {simulated}");
        printer.Happened(FormattableString.Invariant($"EC2 and nodes take the time that real ones take, divided by {options.Speed}"));
        foreach (var node in cluster.Nodes)
        {
            printer.Happened($"node {node.Name} is instance {node.InstanceId} in {node.Zone}");
        }

        if (documents.AreBuiltIn)
        {
            // The first document names one subnet, which lies in one zone: the node group it selects lies there too.
            foreach (var node in cluster.Nodes.Where(node => node.Zone != cluster.Network.Zones[0]))
            {
                await api.LabelNodeAsync(node.Name, "ng", "general", cancellationToken);
            }
        }

        // In a cluster with controllers of its own, a Deployment would become real pods.
        if (options.Kubeconfig is null)
        {
            await DemoInstallation.RegisterAsync(cluster, ProductVersion.Current, cancellationToken);
        }

        programs.StartAll();
        printer.Happened(
            $"the controller and {cluster.Nodes.Count} ENI managers are starting{(options.Chaos ? $"; chaos has seed {options.Seed}" : "")}"
        );
    }

    private async Task BuildUpAsync(CancellationToken cancellationToken)
    {
        foreach (var document in documents.NodeEnis)
        {
            printer.Chapter($"Apply {DemoApi.NameOf(document)}");
            printer.Show(YamlDocuments.Write(document));
            await api.ApplyAsync(document, cancellationToken);
            await FollowUntilAsync(
                $"{DemoApi.NameOf(document)} is settled",
                async _ => await HasSettledAsync(document, cancellationToken),
                cancellationToken
            );
        }

        foreach (var document in documents.Others)
        {
            printer.Chapter($"Apply {DemoApi.NameOf(document)}");
            printer.Show(YamlDocuments.Write(document));
            await api.ApplyAsync(document, cancellationToken);
            await FollowUntilAsync(
                $"{DemoApi.NameOf(document)} runs",
                async _ => await IsRunningAsync(document, cancellationToken),
                cancellationToken
            );
            var pod = (await api.FindAsync(document, cancellationToken))!;
            printer.Happened(
                $"it runs on {pod["spec"]!["nodeName"]} with the device {pod["metadata"]!["annotations"]?["simulator/allocated-devices"]}"
            );
        }

        await ShowResultAsync(cancellationToken);
    }

    private async Task ShowResultAsync(CancellationToken cancellationToken)
    {
        printer.Chapter("The result: kubectl get nodeeni -o yaml, status only");
        foreach (var document in documents.NodeEnis)
        {
            var nodeEni = (await api.FindAsync(document, cancellationToken))!;
            printer.Show(YamlDocuments.Write(new JsonObject { [nodeEni["metadata"]!["name"]!.GetValue<string>()] = nodeEni["status"]?.DeepClone() }));
        }

        var withFile = cluster.Nodes.FirstOrDefault(node => File.Exists(cluster.PcidpFile(node.Name)));
        if (withFile is not null)
        {
            printer.Chapter($"The SR-IOV device plugin's file on {withFile.Name}, with somebody else's entry kept");
            printer.Show(await File.ReadAllTextAsync(cluster.PcidpFile(withFile.Name), cancellationToken));
        }

        printer.Happened(EC2Sentence());
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        printer.Chapter("It goes on running until Ctrl-C. Play with it:");
        printer.Show($"export KUBECONFIG={cluster.KubeconfigPath}\nkubectl get nodeeni,eniattachments");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private async Task TakeDownAsync(CancellationToken cancellationToken)
    {
        printer.Chapter("Delete the NodeENIs");
        foreach (var document in documents.NodeEnis)
        {
            await api.DeleteAsync(document, cancellationToken);
        }

        if (documents.Others.Count > 0)
        {
            if (documents.AreBuiltIn)
            {
                await FollowUntilAsync(
                    "the device that the pod uses is waited for",
                    attachments => Task.FromResult(attachments.Any(IsWaitingForPod)),
                    cancellationToken
                );
            }

            printer.Chapter("Delete the pods, whose devices were waited for");
            foreach (var document in documents.Others)
            {
                await api.DeleteAsync(document, cancellationToken);
            }
        }

        await FollowUntilAsync(
            "no NodeENI is left",
            async attachments => attachments.Count == 0 && (await api.NodeEnisAsync(cancellationToken)).Count == 0,
            cancellationToken
        );
        await FollowUntilAsync("nothing is left behind", async _ => (await cluster.LeftoversAsync(cancellationToken)).Count == 0, cancellationToken);
        printer.Chapter("Nothing is left: no ENI in EC2, every device with its kernel driver, every file as it was");
        printer.Happened(EC2Sentence());
    }

    private static bool IsWaitingForPod(EniAttachment attachment) =>
        attachment.Status?.Conditions.Find(ConditionTypes.Released) is { Status: ConditionStatus.False, Reason: Reasons.DeviceInUse };

    /// <summary>Ours must become ready; the user's may also be told why not.</summary>
    private async Task<bool> HasSettledAsync(JsonObject document, CancellationToken cancellationToken)
    {
        var name = document["metadata"]!["name"]!.GetValue<string>();
        var nodeEni = (await api.NodeEnisAsync(cancellationToken)).FirstOrDefault(candidate => candidate.Metadata.Name == name);
        var conditions = nodeEni?.Status?.Conditions;
        if (nodeEni is null || nodeEni.Status?.ObservedGeneration != nodeEni.Metadata.Generation)
        {
            return false;
        }

        if (conditions.IsTrue(ConditionTypes.Ready))
        {
            printer.Happened($"{name}: {conditions.Find(ConditionTypes.Ready)!.Message}");
            return true;
        }

        if (documents.AreBuiltIn || !conditions.IsTrue(ConditionTypes.Degraded) || conditions.IsTrue(ConditionTypes.Progressing))
        {
            return false;
        }

        var degraded = conditions.Find(ConditionTypes.Degraded)!;
        printer.Happened($"{name} is not ready: {degraded.Reason}: {degraded.Message}");
        return true;
    }

    private async Task<bool> IsRunningAsync(JsonObject document, CancellationToken cancellationToken) =>
        (await api.FindAsync(document, cancellationToken))?["status"]?["phase"]?.GetValue<string>() == "Running";

    private async Task FollowUntilAsync(string goal, Func<IReadOnlyList<EniAttachment>, Task<bool>> isReached, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var attachments = await api.AttachmentsAsync(cancellationToken);
            printer.Follow(attachments, EC2Sentence());
            if (await isReached(attachments))
            {
                return;
            }

            if (cluster.Failure is { } bug)
            {
                throw new DemoException($"the simulator failed: {bug}");
            }

            if (TimeProvider.System.GetElapsedTime(begin) > options.Timeout)
            {
                throw new DemoException(
                    $"after {options.Timeout.TotalSeconds:0} s it is still not so that {goal}; {await WhyNotAsync(cancellationToken)}"
                );
            }

            await Task.Delay(Glance, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<string> WhyNotAsync(CancellationToken cancellationToken)
    {
        var leftovers = await cluster.LeftoversAsync(cancellationToken);
        return leftovers.Count == 0 ? "nothing is left over" : string.Join("; ", leftovers.Take(10));
    }

    private string EC2Sentence()
    {
        var calls = cluster.Ec2.Counters.Snapshot();
        return $"EC2 calls so far: {calls.Total}, {calls.Mutating} of them changed something";
    }
}
