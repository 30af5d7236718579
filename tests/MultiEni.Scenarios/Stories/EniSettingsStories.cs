using MultiEni.Api;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Settings of ENIs and their attachments, read back from EC2. Needs the simulated cluster for
/// ready devices.
/// </summary>
public class EniSettingsStories
{
    private static readonly StageOptions OftenSwept = new()
    {
        Nodes = 1,
        Acceleration = 30,
        Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(10) },
        Cluster = options => options with { InstanceType = "m6i.8xlarge" },
    };

    [Fact]
    public async Task ENA_Express_and_queues_are_set_with_the_attachment_on_types_that_support_them_and_the_others_get_their_ENIs_without()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        var old = await stage.AddNodeAsync("m4.large");
        await stage.ApplyAsync(
            Manifests.NodeEni("fast", "connectionTracking: {udpTimeout: 60}", "enaExpress: {enabled: true, udp: true}", "enaQueueCount: 16")
        );

        var message = await stage.UntilReasonAsync("fast", ConditionTypes.Degraded, Reasons.SettingNotSupported);
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("fast"))!.Status!.ReadyEnis == 2, "both ENIs are ready");

        Assert.Contains(old, message);
        Assert.DoesNotContain("m6i", message);
        var rows = (await stage.AttachmentsAsync("fast")).ToDictionary(
            attachment => attachment.Spec!.NodeName,
            attachment => stage.OurEnis.Single(eni => eni.Id == attachment.Status!.Network!.EniId)
        );
        Assert.Equal((null, null, null), Settings(rows[old]));
        Assert.Equal((new EnaExpress(true, true), 16, new ConnectionTracking(null, null, 60)), Settings(rows[stage.Nodes[0]]));
        await stage.UntilAsync(() => stage.OurEnis.All(eni => eni.Attachment!.DeleteOnTermination), "the ENIs are as specified");
        Assert.Equal(
            (2, 2, 2, 1),
            (
                stage.Calls("CreateNetworkInterface"),
                stage.Calls("AttachNetworkInterface"),
                stage.Calls("ModifyNetworkInterfaceAttribute"),
                stage.Calls("DescribeInstanceTypes")
            )
        );
    }

    [Fact]
    public async Task ENA_Express_is_switched_in_place_and_another_number_of_queues_replaces_the_ENI()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        await stage.ApplyAsync(Manifests.NodeEni("fast", "enaExpress: {enabled: true}", "enaQueueCount: 16"));
        await stage.UntilReadyAsync("fast", 1);
        var eni = stage.OurEnis.Single();
        Assert.Equal((new EnaExpress(true, false), 16, null), Settings(eni));

        ChangeAttachment(stage, eni.Id, attachment => attachment with { EnaExpress = null });
        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment?.EnaExpress is { Enabled: true }, "ENA Express is on again");

        await stage.ApplyAsync(Manifests.NodeEni("fast", "enaQueueCount: 16"));
        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment?.EnaExpress is { Enabled: false }, "ENA Express is off");
        await stage.UntilReadyAsync("fast", 1);
        Assert.Equal((eni.Id, 0), (stage.OurEnis.Single().Id, stage.Calls("DetachNetworkInterface")));

        ChangeAttachment(stage, eni.Id, attachment => attachment with { EnaQueueCount = 4 });
        var message = await stage.UntilReasonAsync("fast", ConditionTypes.Degraded, Reasons.AttachmentDiffers);
        Assert.Contains("4 ENA queues instead of 16", message);

        await stage.ApplyAsync(Manifests.NodeEni("fast", "enaQueueCount: 32"));
        await stage.UntilReadyAsync("fast", 1);
        Assert.NotEqual(eni.Id, stage.OurEnis.Single().Id);
        Assert.Equal(32, stage.OurEnis.Single().Attachment!.EnaQueueCount);
    }

    [Fact]
    public async Task The_first_IPv6_address_is_the_primary_one_from_the_create_call_on_and_after_somebody_attached_the_ENI_anew()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        var network = stage.Cluster.Network;
        var dual = stage.Cluster.Ec2.World.AddSubnet(network.VpcId, network.Zones[0], "10.9.0.0/24", ipv6Cidr: "2001:db8::/64").Id;
        await stage.ApplyAsync(Manifests.NodeEni("six", "ipv6AddressCount: 2", "enablePrimaryIPv6: true").Replace("subnet-12345678", dual));
        await stage.UntilReadyAsync("six", 1);
        var eni = stage.OurEnis.Single();
        Assert.Equal(eni.Ipv6Addresses[0], eni.PrimaryIpv6);
        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment!.DeleteOnTermination, "the ENI is as specified");
        Assert.Equal(1, stage.Calls("ModifyNetworkInterfaceAttribute"));

        Assert.True(stage.Cluster.Ec2.World.TryChange(eni.Id, row => row with { PrimaryIpv6 = null }));
        await stage.UntilAsync(() => stage.OurEnis.Single().PrimaryIpv6 == eni.PrimaryIpv6, "the address is the primary one again");
        Assert.Equal((eni.Id, 0), (stage.OurEnis.Single().Id, stage.Calls("DetachNetworkInterface")));
    }

    [Fact]
    public async Task A_card_above_0_takes_ENIs_at_its_index_0_as_well()
    {
        await using var stage = await Stage.StartAsync(OftenSwept with { Cluster = options => options with { InstanceType = "p5.48xlarge" } });
        var second = stage.Cluster.Network.MultusSubnets[0].Id;
        await stage.ApplyAsync(Manifests.NodeEni("carded", $"subnetIDs: [{second}]", "networkCardIndex: 3", "deviceIndex: 0"));
        await stage.UntilReadyAsync("carded", 2);

        Assert.Equal([(3, 0), (3, 1)], stage.OurEnis.Select(eni => (eni.Attachment!.NetworkCardIndex, eni.Attachment.DeviceIndex)).Order());
        Assert.Equal([0, 1], (await stage.AttachmentsAsync("carded")).Select(attachment => attachment.Status!.Network!.DeviceIndex!.Value).Order());
        await stage.DeleteNodeEniAsync("carded");
        await stage.AssertNothingLeftAsync();
    }

    private static (EnaExpress?, int?, ConnectionTracking?) Settings(NetworkInterface row) =>
        (row.Attachment!.EnaExpress, row.Attachment.EnaQueueCount, row.ConnectionTracking);

    private static void ChangeAttachment(Stage stage, string eniId, Func<Attachment, Attachment> change) =>
        Assert.True(stage.Cluster.Ec2.World.TryChange(eniId, row => row with { Attachment = change(row.Attachment!) }));
}
