using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// From apply to delete on nodes that stay as they are. Needs the simulated cluster: kubelets offer
/// devices and run pods.
/// </summary>
public class LifeStories
{
    [Fact]
    [NeedsSimulatedApiServer]
    public async Task Audit_logs_and_metrics_of_the_API_server_tell_which_program_asked()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { ApiServer = new KubernetesApiChoice.Simulator(), Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 1);

        var programs = stage.Cluster.Kubernetes.Faults.Count().Counts.Keys.Select(request => request.UserAgent).ToHashSet();
        Assert.Superset(new HashSet<string> { "eni-controller", "eni-manager" }, programs);
        Assert.DoesNotContain("unknown", programs);
    }

    [Fact]
    public async Task Two_NodeENIs_become_a_plain_an_advertised_and_a_bound_ENI_everywhere_one_looks()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var node = stage.Nodes[0];
        await stage.ApplyAsync(
            $"{Manifests.NodeEni("plain", "deviceIndex: 1", "mtu: 9001", "deleteOnTermination: true", "sourceDestCheck: false", "tags:", "  team: red")}\n---\n"
                + Manifests.NodeEni("bound", "deviceIndex: 2", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}")
        );
        await stage.ApplyAsync(Manifests.NodeEni("offered", "deviceIndex: 3", "dpdkResourceName: example.com/fast"));
        await stage.UntilReadyAsync("plain", 1);
        await stage.UntilReadyAsync("bound", 1);
        await stage.UntilReadyAsync("offered", 1);

        var plain = (await stage.AttachmentsAsync("plain")).Single();
        var eni = stage.Eni(plain);
        Assert.Equal("plain", eni.Tags["NodeENI"]);
        Assert.Equal(node, eni.Tags["Node"]);
        Assert.Equal("red", eni.Tags["team"]);
        Assert.False(eni.SourceDestCheck);
        Assert.True(eni.Attachment!.DeleteOnTermination);
        Assert.Equal(1, eni.Attachment.DeviceIndex);
        Assert.Equal(9001, stage.Link(plain).Mtu);
        Assert.True(stage.Link(plain).Up);
        var entry = (await stage.NodeEniAsync("plain"))!.Status!.Attachments!.Single();
        Assert.Equal((eni.Id, 9001, 1), (entry.EniId, entry.Mtu, entry.DeviceIndex));

        var bound = (await stage.AttachmentsAsync("bound")).Single();
        Assert.Equal("vfio-pci", stage.Device(bound).Driver);
        Assert.Equal("1", await stage.AllocatableAsync(node, Manifests.Resource));
        Assert.Equal(stage.Device(bound).Address, bound.Status!.Device!.PciAddress);
        Assert.Equal(1, (await stage.NodeEniAsync("bound"))!.Status!.DpdkBoundEnis);

        var offered = (await stage.AttachmentsAsync("offered")).Single();
        Assert.Equal("ena", stage.Device(offered).Driver);
        Assert.Equal("1", await stage.AllocatableAsync(node, "example.com/fast"));
        var file = await stage.PluginFileAsync(node);
        Assert.Contains(stage.Device(bound).Address, file);
        Assert.Contains(stage.Device(offered).Address, file);
        Assert.DoesNotContain(stage.Device(plain).Address, file);

        foreach (var name in new[] { "plain", "bound", "offered" })
        {
            await stage.DeleteNodeEniAsync(name);
        }

        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [Trait("weakness", "W10")]
    [Trait("weakness", "W18")]
    public async Task What_EC2_and_the_link_can_change_in_place_changes_without_a_detach()
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Manifests.NodeEni("changing", "mtu: 1500"));
        await stage.UntilReadyAsync("changing", 2);
        var before = stage.OurEnis.Select(row => row.Id).Order().ToList();

        var other = stage.Cluster.Network.MultusSecurityGroup.Id;
        await stage.ApplyAsync(
            Manifests
                .NodeEni(
                    "changing",
                    "mtu: 9001",
                    "description: for the packets",
                    "sourceDestCheck: false",
                    "deleteOnTermination: false",
                    "tags:",
                    "  team: blue"
                )
                .Replace("- sg-12345678", $"- {other}")
        );
        await stage.UntilAsync(
            async () =>
            {
                var attachments = await stage.AttachmentsAsync("changing");
                return attachments.All(attachment => stage.Link(attachment).Mtu == 9001)
                    && stage.OurEnis.All(row =>
                        row is { Description: "for the packets", SourceDestCheck: false }
                        && row.Attachment!.DeleteOnTermination == false
                        && row.Tags.GetValueOrDefault("team") == "blue"
                        && row.GroupIds.SequenceEqual([other])
                    );
            },
            "every change has reached EC2 and the links"
        );
        await stage.UntilReadyAsync("changing", 2);

        Assert.Equal(before, stage.OurEnis.Select(row => row.Id).Order());
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
        await stage.DeleteNodeEniAsync("changing");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task What_cannot_change_in_place_replaces_the_ENIs_node_by_node()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 3 });
        await stage.ApplyAsync(Manifests.NodeEni("growing"));
        await stage.UntilReadyAsync("growing", 3);
        var before = stage.OurEnis.Select(row => row.Id).ToHashSet();

        var fewestReady = 3;
        await stage.ApplyAsync(Manifests.NodeEni("growing", "deviceIndex: 4", "secondaryPrivateIPCount: 2"));
        await stage.UntilAsync(
            async () =>
            {
                var attachments = await stage.AttachmentsAsync("growing");
                fewestReady = Math.Min(
                    fewestReady,
                    attachments.Count(a => a.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true && !a.Metadata.IsBeingDeleted)
                );
                return attachments.Count == 3
                    && attachments.All(a => a.Spec!.DeviceIndex == 4 && a.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true);
            },
            "every node has its new ENI"
        );
        await stage.UntilReadyAsync("growing", 3);

        Assert.Equal(2, fewestReady);
        Assert.All(
            stage.OurEnis,
            row =>
            {
                Assert.DoesNotContain(row.Id, before);
                Assert.Equal(4, row.Attachment!.DeviceIndex);
                Assert.Equal(3, row.PrivateIps.Count);
            }
        );
        await stage.DeleteNodeEniAsync("growing");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [Trait("weakness", "W19")]
    public async Task Deleting_waits_for_the_pod_that_uses_the_device_and_names_it()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("used", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("used", 1);
        await stage.ApplyAsync(Manifests.Pod("packet-mill", Manifests.Resource));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("packet-mill") == "Running", "the pod runs");

        await stage.DeleteNodeEniAsync("used");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("used")).Single().Status?.Conditions.Find(ConditionTypes.Released)
                    is { Status: ConditionStatus.False, Reason: Reasons.DeviceInUse } released
                && released.Message.Contains("packet-mill", StringComparison.Ordinal),
            "the attachment says which pod uses the device"
        );
        var attachment = (await stage.AttachmentsAsync("used")).Single();
        Assert.Equal("vfio-pci", stage.Device(attachment).Driver);
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));

        await stage.Api.DeletePodAsync("packet-mill", Stage.Stop);
        await stage.UntilGoneAsync("used");
        await stage.AssertNothingLeftAsync();
    }
}
