using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The steps of the demo: apply, watch, show the result, delete everything, check for leftovers.
/// </summary>
internal sealed class DemoScenario(
    SimulatedCluster cluster,
    Programs programs,
    DemoApi api,
    DemoDocuments documents,
    DemoOptions options,
    DemoPrinter printer
)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private readonly PodNetworks _networks = new(api, programs, printer, options.Timeout);

    private bool HasNetworks => options.Kubeconfig is null && documents.NetworksNamespace is not null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        using var chaosEnding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var monkey = new ChaosMonkey(programs, options.Seed, printer.Log, TimeProvider.System);
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
            printer.Log($"chaos killed {monkey.Kills} programs (seed {options.Seed}); the end state is the same");
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var simulated = options.Kubeconfig is null ? "Kubernetes API, EC2, kernels" : "EC2, kernels, kubelets";
        printer.Heading($"Start a cluster with {cluster.Nodes.Count} nodes in {cluster.Network.Zones.Count} zones (simulated: {simulated})");
        printer.Log(FormattableString.Invariant($"EC2 and the nodes have realistic delays, divided by {options.Speed}"));
        foreach (var node in cluster.Nodes)
        {
            printer.Log($"node {node.Name} is instance {node.InstanceId} in {node.Zone}");
        }

        if (documents.AreBuiltIn)
        {
            // The first manifest has a single subnet, so only nodes in its zone keep
            // the label that it selects.
            foreach (var node in cluster.Nodes.Where(node => node.Zone != cluster.Network.Zones[0]))
            {
                await api.LabelNodeAsync(node.Name, "ng", "general", cancellationToken);
            }
        }

        // In the user's own cluster, a Deployment would create real pods.
        if (options.Kubeconfig is null)
        {
            await DemoInstallation.RegisterAsync(cluster, ProductVersion.Current, cancellationToken);
        }

        if (HasNetworks)
        {
            await api.DefineNetworksAsync(cancellationToken);
        }

        programs.StartAll();
        printer.Log($"the controller and {cluster.Nodes.Count} ENI managers are starting{(options.Chaos ? $"; chaos has seed {options.Seed}" : "")}");
    }

    private async Task BuildUpAsync(CancellationToken cancellationToken)
    {
        foreach (var document in documents.NodeEnis)
        {
            printer.Heading($"Apply {DemoApi.NameOf(document)}");
            printer.Show(YamlDocuments.Write(document));
            await api.ApplyAsync(document, cancellationToken);
            await FollowUntilAsync(
                $"{DemoApi.NameOf(document)} is ready",
                async _ => await HasSettledAsync(document, cancellationToken),
                cancellationToken
            );
        }

        foreach (var document in documents.Others)
        {
            printer.Heading($"Apply {DemoApi.NameOf(document)}");
            printer.Show(YamlDocuments.Write(document));
            await api.ApplyAsync(document, cancellationToken);
            await FollowUntilAsync(
                $"{DemoApi.NameOf(document)} runs",
                async _ => await IsRunningAsync(document, cancellationToken),
                cancellationToken
            );
            var pod = (await api.FindAsync(document, cancellationToken))!;
            var devices = pod["metadata"]!["annotations"]?["simulator/allocated-devices"];
            printer.Log($"the pod runs on {pod["spec"]!["nodeName"]}{(devices is null ? "" : $" with the device {devices}")}");
            if (HasNetworks)
            {
                await _networks.AttachAsync(pod, cancellationToken);
            }
            else if (NetworkSelection.Of(pod).Count > 0)
            {
                printer.Log("its network is left out: in your own cluster Multus and its definitions are yours");
            }
        }

        await ShowAddressesAsync(cancellationToken);

        await ShowResultAsync(cancellationToken);
    }

    private async Task ShowAddressesAsync(CancellationToken cancellationToken)
    {
        if (!_networks.HasAny)
        {
            return;
        }

        await FollowUntilAsync(
            "the status says which pod has which address",
            attachments => Task.FromResult(attachments.Any(IsUsed)),
            cancellationToken
        );
        printer.Heading("Who has which address: kubectl get eniattachments -o yaml, status.device.addresses only");
        foreach (var attachment in (await api.AttachmentsAsync(cancellationToken)).Where(IsUsed))
        {
            var use = JsonSerializer.SerializeToNode(attachment.Status!.Device!.Addresses, ApiJson.Default.AddressUse);
            printer.Show(YamlDocuments.Write(new JsonObject { [attachment.Metadata.Name] = use }));
        }
    }

    private static bool IsUsed(EniAttachment attachment) => attachment.Status?.Device?.Addresses?.Used is { Count: > 0 };

    private async Task ShowResultAsync(CancellationToken cancellationToken)
    {
        printer.Heading("The result: kubectl get nodeeni -o yaml, status only");
        foreach (var document in documents.NodeEnis)
        {
            var nodeEni = (await api.FindAsync(document, cancellationToken))!;
            printer.Show(YamlDocuments.Write(new JsonObject { [nodeEni["metadata"]!["name"]!.GetValue<string>()] = nodeEni["status"]?.DeepClone() }));
        }

        var withFile = cluster.Nodes.FirstOrDefault(node => File.Exists(cluster.PcidpFile(node.Name)));
        if (withFile is not null)
        {
            printer.Heading($"The SR-IOV device plugin's file on {withFile.Name}, with a foreign entry preserved");
            printer.Show(await File.ReadAllTextAsync(cluster.PcidpFile(withFile.Name), cancellationToken));
        }

        printer.Log(EC2Sentence());
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        printer.Heading("The cluster keeps running until Ctrl-C. Try it:");
        printer.Show($"export KUBECONFIG={cluster.KubeconfigPath}\nkubectl get nodeeni,eniattachments");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private async Task TakeDownAsync(CancellationToken cancellationToken)
    {
        printer.Heading("Delete the NodeENIs");
        foreach (var document in documents.NodeEnis)
        {
            await api.DeleteAsync(document, cancellationToken);
        }

        if (documents.Others.Count > 0)
        {
            if (documents.AreBuiltIn || _networks.HasAny)
            {
                await FollowUntilAsync(
                    "the ENI waits for the pod that has its device or its address",
                    attachments => Task.FromResult(attachments.Any(IsWaitingForPod)),
                    cancellationToken
                );
            }

            printer.Heading($"Delete the pods, which blocked the release of their {(_networks.HasAny ? "addresses" : "devices")}");
            foreach (var document in documents.Others)
            {
                await api.DeleteAsync(document, cancellationToken);
            }

            if (_networks.HasAny)
            {
                await FollowUntilAsync("the pods have ended", async _ => await HaveEndedAsync(cancellationToken), cancellationToken);
                await _networks.DetachAsync(cancellationToken);
            }
        }

        await FollowUntilAsync(
            "all NodeENIs are deleted",
            async attachments => attachments.Count == 0 && (await api.NodeEnisAsync(cancellationToken)).Count == 0,
            cancellationToken
        );
        await FollowUntilAsync("nothing is left", async _ => (await cluster.LeftoversAsync(cancellationToken)).Count == 0, cancellationToken);
        printer.Heading("Cleanup verified: no ENIs left in EC2, all devices back on their kernel drivers, all files restored");
        printer.Log(EC2Sentence());
    }

    private static bool IsWaitingForPod(EniAttachment attachment) =>
        attachment.Status?.Conditions.Find(ConditionTypes.Released) is { Status: ConditionStatus.False, Reason: Reasons.DeviceInUse };

    /// <summary>
    /// Built-in manifests must become ready; for the user's, a reported error also counts.
    /// </summary>
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
            printer.Log($"{name}: {conditions.Find(ConditionTypes.Ready)!.Message}");
            return true;
        }

        if (documents.AreBuiltIn || !conditions.IsTrue(ConditionTypes.Degraded) || conditions.IsTrue(ConditionTypes.Progressing))
        {
            return false;
        }

        var degraded = conditions.Find(ConditionTypes.Degraded)!;
        printer.Log($"{name} is not ready: {degraded.Reason}: {degraded.Message}");
        return true;
    }

    private async Task<bool> IsRunningAsync(JsonObject document, CancellationToken cancellationToken) =>
        (await api.FindAsync(document, cancellationToken))?["status"]?["phase"]?.GetValue<string>() == "Running";

    private async Task<bool> HaveEndedAsync(CancellationToken cancellationToken)
    {
        foreach (var document in documents.Others)
        {
            if (await api.FindAsync(document, cancellationToken) is not null)
            {
                return false;
            }
        }

        return true;
    }

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
                    $"timed out after {options.Timeout.TotalSeconds:0} s waiting until {goal}; {await WhyNotAsync(cancellationToken)}"
                );
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<string> WhyNotAsync(CancellationToken cancellationToken)
    {
        var leftovers = await cluster.LeftoversAsync(cancellationToken);
        return leftovers.Count == 0 ? "no leftovers" : string.Join("; ", leftovers.Take(10));
    }

    private string EC2Sentence()
    {
        var calls = cluster.Ec2.Counters.Snapshot();
        return $"EC2 calls so far: {calls.Total}, {calls.Mutating} of them mutating";
    }
}
