using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What cannot be done, how the user learns of it, and that it works once corrected. Needs the
/// simulated cluster for the stories with devices.
/// </summary>
public class RefusalStories
{
    [Theory]
    [InlineData("securityGroupIDs:\n  - sg-12345678", "securityGroupIDs: []", "security group")]
    [InlineData("nodeSelector:\n    ng: multi-eni", "nodeSelector: {}", "nodeSelector")]
    [InlineData("mtu: 9001", "dpdkPCIAddress: \"6.0\"", "dpdkPCIAddress")]
    [InlineData("mtu: 9001", "dpdkEnabled: true", ".spec.dpdkEnabled: field not declared in schema")]
    public async Task A_manifest_with_a_mistake_is_refused_and_the_message_names_the_field(string right, string wrong, string named)
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, StartsPrograms = false });
        var manifest = Manifests.NodeEni("careful", "mtu: 9001");
        Assert.Contains(right, manifest);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => stage.ApplyAsync(manifest.Replace(right, wrong)));

        Assert.Contains(named, refusal.Message, StringComparison.OrdinalIgnoreCase);
        await stage.ApplyAsync(manifest);
    }

    [Fact]
    public async Task An_unknown_subnet_is_named_costs_no_create_call_and_is_forgotten_once_corrected()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var right = Manifests.NodeEni("lost");
        await stage.ApplyAsync(right.Replace("subnet-12345678", "subnet-0badbadbadbadbad0"));

        var message = await stage.UntilReasonAsync("lost", ConditionTypes.Degraded, Reasons.SubnetNotFound);

        Assert.Contains("subnet-0badbadbadbadbad0", message);
        Assert.Equal(0, stage.Calls("CreateNetworkInterface"));
        await stage.ApplyAsync(right);
        await stage.UntilReadyAsync("lost", 1);
        await stage.DeleteNodeEniAsync("lost");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Two_NodeENIs_that_want_the_same_device_index_are_both_ready_and_one_says_so()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("one", "deviceIndex: 1"));
        await stage.UntilReadyAsync("one", 1);
        await stage.ApplyAsync(Manifests.NodeEni("two", "deviceIndex: 1"));
        await stage.UntilReadyAsync("two", 1);

        var message = await stage.UntilReasonAsync("two", ConditionTypes.Degraded, Reasons.DeviceIndexTaken);

        Assert.Contains("device index 1 was taken, 2 is used", message);
        Assert.False((await stage.NodeEniAsync("one"))!.Status!.Conditions.IsTrue(ConditionTypes.Degraded));
        Assert.Equal([1, 2], stage.OurEnis.Select(row => row.Attachment!.DeviceIndex).Order());
        await stage.DeleteNodeEniAsync("one");
        await stage.DeleteNodeEniAsync("two");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_PCI_address_that_is_another_devices_is_refused_with_both_and_nothing_is_touched()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 1);
        var taken = stage.Device(Assert.Single(await stage.AttachmentsAsync("plain"))).Address;

        await stage.ApplyAsync(Manifests.NodeEni("pinned", "deviceIndex: 2", "enableDPDK: true", $"dpdkPCIAddress: \"{taken}\""));
        // Until the ENI's own device has appeared, the agent can only tell whose the given one is.
        var message = await stage.UntilReasonAsync("pinned", ConditionTypes.Degraded, Reasons.PciAddressMismatch, "on this node");

        var pinned = Assert.Single(await stage.AttachmentsAsync("pinned"));
        Assert.Contains(taken, message);
        Assert.Contains(stage.Device(pinned).Address, message);
        Assert.All(
            stage.Cluster.Nodes[0].Host.Devices().Where(device => device.MacAddress is not null),
            device => Assert.Equal(("ena", null), (device.Driver, device.DriverOverride))
        );
        await stage.DeleteNodeEniAsync("plain");
        await stage.DeleteNodeEniAsync("pinned");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_full_subnet_is_named_and_another_one_helps()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        stage.Cluster.Ec2.World.OccupyAddresses("subnet-12345678", int.MaxValue);
        await stage.ApplyAsync(Manifests.NodeEni("crowded"));

        var message = await stage.UntilReasonAsync("crowded", ConditionTypes.Degraded, Reasons.SubnetFull);

        Assert.Contains("subnet-12345678", message);
        Assert.True(stage.Calls("CreateNetworkInterface") <= 2, "a full subnet is not asked again and again");
        await stage.ApplyAsync(Manifests.NodeEni("crowded").Replace("subnet-12345678", stage.Cluster.Network.MultusSubnets[0].Id));
        await stage.UntilReadyAsync("crowded", 1);
        await stage.DeleteNodeEniAsync("crowded");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_missing_permission_is_told_and_is_noticed_when_it_is_given()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, Acceleration = 30 });
        stage.Cluster.Ec2.Faults.Deny("CreateNetworkInterface");
        await stage.ApplyAsync(Manifests.NodeEni("denied"));

        var message = await stage.UntilReasonAsync("denied", ConditionTypes.Degraded, Reasons.Unauthorized);

        Assert.Contains("CreateNetworkInterface", message);
        Assert.InRange(stage.Calls("CreateNetworkInterface"), 1, 3);
        stage.Cluster.Ec2.Faults.Allow("CreateNetworkInterface");
        await stage.UntilReadyAsync("denied", 1);
        await stage.DeleteNodeEniAsync("denied");
        await stage.AssertNothingLeftAsync();
    }
}
