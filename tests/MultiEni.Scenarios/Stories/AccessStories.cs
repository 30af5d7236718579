using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Operator.Client;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What the programs and people may do. All stories run with the installed roles and policies, so a
/// missing right breaks some of them; these find the rights that are too many.
/// </summary>
public class AccessStories
{
    private static readonly string[] NotNeededEachTime =
    [
        // Asked for by an admission plugin that this API server does not have.
        "ClusterRole/eni-controller update nodeenis/finalizers",
        // An event that is repeated; nothing goes wrong twice in this story.
        "Role/default/eni-controller-events patch events",
        // Read again after a conflict with another writer.
        "ClusterRole/eni-manager get eniattachments",
        "ClusterRole/eni-controller get eniattachments",
        "ClusterRole/eni-controller get nodeenis",
    ];

    private static readonly Dictionary<string, IReadOnlyList<string>> NoExtra = [];

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task The_roles_allow_what_a_life_with_everything_in_it_uses_and_nothing_else()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Controller = settings => settings with { LeaderElection = true },
                Nodes = 1,
                ClusterName = null,
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("bound", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("bound", 1);
        await stage.ApplyAsync(Manifests.Pod("user", Manifests.Resource));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("user") == "Running", "the pod runs");
        await stage.DeleteNodeEniAsync("bound");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("bound")).Any(attachment =>
                    attachment.Status!.Conditions!.Exists(c => c.Reason == Reasons.DeviceInUse)
                ),
            "the device is waited for"
        );
        await stage.Api.DeletePodAsync("user", Stage.Stop);
        await stage.AssertNothingLeftAsync();

        var log = stage.Cluster.Kubernetes.Access.Log;
        Assert.Empty(stage.Refusals);
        var used = log.Used.Select(right => $"{right.Role} {right.Verb} {right.Resource}").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Allowed().Where(right => !used.Contains(right)).Except(NotNeededEachTime, StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_ENI_manager_cannot_touch_objects_of_another_node()
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 2);
        var attachments = await stage.AttachmentsAsync("plain");
        var (own, other) = (stage.Nodes[0], stage.Nodes[1]);
        using var agent = new ClusterApi(stage.Cluster.ManagerEnvironment(own)["KUBECONFIG"]);

        var status = new JsonObject { ["status"] = new JsonObject { ["device"] = new JsonObject { ["driver"] = "ena" } } };
        await agent.MergePatchAsync($"{Attachment(attachments, own)}/status", status);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => agent.MergePatchAsync($"{Attachment(attachments, other)}/status", status));
        Assert.Contains($"the ENI manager of node {own} may not write to objects of node {other}", refused.Message);

        var finalizers = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray() } };
        await Assert.ThrowsAsync<RefusedException>(() => agent.MergePatchAsync(Attachment(attachments, other), finalizers));
        var network = new JsonObject { ["status"] = new JsonObject { ["network"] = new JsonObject { ["eniID"] = "eni-1" } } };
        refused = await Assert.ThrowsAsync<RefusedException>(() => agent.MergePatchAsync($"{Attachment(attachments, own)}/status", network));
        Assert.Contains("status.network is written by eni-controller", refused.Message);

        var plugin = (await stage.Api.ListAsync($"/api/v1/namespaces/kube-system/pods?fieldSelector=spec.nodeName%3D{other}", Stage.Stop))[0];
        var path = $"/api/v1/namespaces/kube-system/pods/{plugin["metadata"]!["name"]}";
        Assert.Contains(
            $"may not delete pods of node {other}",
            (await Assert.ThrowsAsync<RefusedException>(() => agent.DeleteAsync(path, Stage.Stop))).Message
        );
        Assert.Contains(
            "cannot delete",
            (await Assert.ThrowsAsync<RefusedException>(() => agent.DeleteAsync("/api/v1/namespaces/default/pods/x", Stage.Stop))).Message
        );
        Assert.Contains("cannot create", (await Assert.ThrowsAsync<RefusedException>(() => agent.ExecAsync(path))).Message);
    }

    [Fact]
    public async Task A_person_with_every_right_cannot_edit_what_the_programs_write_and_can_delete_it()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 1);
        using var person = new ClusterApi(stage.Cluster.KubeconfigPath, new Impersonation("ann", null, ["system:masters"], NoExtra));
        var attachment = Attachment(await stage.AttachmentsAsync("plain"), stage.Nodes[0]);
        const string NodeEni = $"/apis/{Names.ApiVersion}/{Names.NodeEniPlural}/plain";
        var noFinalizers = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray() } };

        var refused = await Assert.ThrowsAsync<RefusedException>(() => person.MergePatchAsync(attachment, noFinalizers.DeepClone().AsObject()));
        Assert.Contains("change the NodeENI instead", refused.Message);
        refused = await Assert.ThrowsAsync<RefusedException>(() => person.MergePatchAsync(NodeEni, noFinalizers));
        Assert.Contains("would leave the ENIs of this NodeENI in EC2", refused.Message);
        var status = new JsonObject { ["status"] = new JsonObject { ["readyENIs"] = 7 } };
        refused = await Assert.ThrowsAsync<RefusedException>(() => person.MergePatchAsync($"{NodeEni}/status", status));
        Assert.Contains("change its spec instead", refused.Message);
        await person.MergePatchAsync(NodeEni, new JsonObject { ["spec"] = new JsonObject { ["description"] = "changed by Ann" } });

        var first = stage.OurEnis.Single().Id;
        await person.DeleteAsync(attachment, Stage.Stop);
        await stage.UntilAsync(() => stage.OurEnis.Count == 1 && stage.OurEnis[0].Id != first, "another ENI has taken its place");
        await stage.UntilReadyAsync("plain", 1);
    }

    private static IEnumerable<string> Allowed() =>
        from kind in new[] { "Role", "ClusterRole" }
        from role in InstalledAccess.OfKind(kind)
        let metadata = role["metadata"]!
        let name = metadata["namespace"] is { } home ? $"{kind}/{home}/{metadata["name"]}" : $"{kind}/{metadata["name"]}"
        from rule in role["rules"]!.AsArray()
        from verb in rule!["verbs"]!.AsArray()
        from resource in rule["resources"]!.AsArray()
        select $"{name} {verb} {resource}";

    private static string Attachment(IEnumerable<MultiEni.Api.EniAttachments.EniAttachment> attachments, string node) =>
        $"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}/{attachments.Single(attachment => attachment.Spec!.NodeName == node).Metadata.Name}";
}
