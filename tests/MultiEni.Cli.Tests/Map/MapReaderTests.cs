using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Map;
using MultiEni.Cli.Status;
using MultiEni.Operator.Events;

namespace MultiEni.Cli.Tests.Map;

/// <summary>What objects of the cluster look like on the map.</summary>
public sealed class MapReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("us-east-1a", "aws:///us-east-1b/i-0123456789abcdef0", "us-east-1a")]
    [InlineData(null, "aws:///us-east-1b/i-0123456789abcdef0", "us-east-1b")]
    [InlineData(null, "fargate:///x", null)]
    [InlineData(null, null, null)]
    public void A_node_is_in_the_zone_of_its_label_or_of_its_provider_ID(string? label, string? providerId, string? zone)
    {
        var node = new Node
        {
            Metadata = new() { Name = "n1", Labels = Labels(("topology.kubernetes.io/zone", label)) },
            Spec = new() { ProviderID = providerId },
        };

        Assert.Equal(zone, MapReader.Node(node).Zone);
    }

    [Theory]
    [InlineData("m5.4xlarge", 8)]
    [InlineData("m5.giant", null)]
    [InlineData(null, null)]
    public void The_slots_of_a_known_instance_type_are_drawn(string? type, int? slots)
    {
        var node = MapReader.Node(
            new Node
            {
                Metadata = new() { Name = "n1", Labels = Labels(("node.kubernetes.io/instance-type", type)) },
            }
        );

        Assert.Equal((type, slots), (node.Type, node.Cards?[0]));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(ConditionStatus.True, true)]
    [InlineData(ConditionStatus.False, false)]
    [InlineData(ConditionStatus.Unknown, false)]
    public void A_node_is_not_ready_when_it_says_so(string? status, bool ready)
    {
        var node = new Node { Metadata = new() { Name = "n1" } };
        node.Status.Conditions = status is null ? null : [new Condition { Type = "Ready", Status = status }];

        Assert.Equal(ready, MapReader.Node(node).Ready);
    }

    [Fact]
    public void An_ENI_has_the_state_the_status_command_shows_and_where_it_is()
    {
        var eni = MapReader.Eni(Attachment(Reasons.DriverModuleUnavailable, "vfio-pci is not loaded"), null, Now)!;

        Assert.Equal((Health.Trouble, Reasons.DriverModuleUnavailable, "vfio-pci is not loaded"), (eni.Health, eni.Reason, eni.Message));
        Assert.Equal(("packets", "n1", "us-east-1a", 1, 2), (eni.NodeEni, eni.Node, eni.Zone, eni.Card, eni.Slot));
        Assert.Equal(["10.0.1.7", "2001:db8::7", "10.0.2.0/28"], eni.Addresses);
    }

    [Fact]
    public void An_ENI_without_a_status_waits_where_it_is_wanted()
    {
        var attachment = Attachment(null, "");
        attachment.Status = null;

        var eni = MapReader.Eni(attachment, null, Now)!;

        Assert.Equal((Health.Progressing, EniState.Pending, 0, 3), (eni.Health, eni.State, eni.Card, eni.Slot));
        Assert.Empty(eni.Addresses);
        Assert.Null(eni.EniId);
    }

    [Fact]
    public void One_without_a_specification_is_not_drawn() =>
        Assert.Null(MapReader.Eni(new EniAttachment { Metadata = new() { Name = "empty" } }, null, Now));

    [Fact]
    public void Who_has_it_are_the_pods_with_its_addresses_and_those_of_the_claim_of_its_device()
    {
        var attachment = Attachment(null, "");
        attachment.Status!.Device!.Addresses = new() { Used = [new UsedAddress { Address = "10.0.1.8", Pod = "default/a" }] };

        var eni = MapReader.Eni(attachment, new ClaimStatusItem("apps", "claim", ["b"]), Now)!;

        Assert.Equal([new MapUse("default/a", "10.0.1.8", null), new MapUse("apps/b", null, "claim")], eni.Uses);
    }

    [Fact]
    public void Only_devices_of_our_driver_that_somebody_has_for_himself_are_held()
    {
        var claim = new ResourceClaim
        {
            Metadata = new() { Namespace = "apps", Name = "claim" },
            Status = new()
            {
                ReservedFor = [new ClaimConsumer("pods", "b", "uid")],
                Allocation = new()
                {
                    Devices = new()
                    {
                        Results =
                        [
                            new AllocatedDevice
                            {
                                Driver = ClaimNames.Driver,
                                Pool = "n1",
                                Device = "eni-1",
                            },
                            new AllocatedDevice
                            {
                                Driver = ClaimNames.Driver,
                                Pool = "n1",
                                Device = "eni-2",
                                AdminAccess = true,
                            },
                            new AllocatedDevice
                            {
                                Driver = "gpu.example.com",
                                Pool = "n1",
                                Device = "gpu-0",
                            },
                        ],
                    },
                },
            },
        };

        var held = Assert.Single(ClaimedDevices.Of(claim));

        Assert.Equal(new DeviceOfNode("n1", "eni-1"), held.Key);
        Assert.Equal(["b"], held.Value.Pods);
    }

    [Theory]
    [InlineData(Names.NodeEniKind, "Warning", true)]
    [InlineData(Names.EniAttachmentKind, "Normal", false)]
    public void An_event_is_about_an_object_of_ours(string kind, string type, bool warning)
    {
        var happened = Event(kind, type);

        Assert.Equal(new MapEvent("uid", Now, warning, "ENIAttached", "eni-1 on n1", "packets", 3), MapReader.Event(happened));
    }

    [Fact]
    public void Events_of_other_objects_and_without_a_time_are_not_drawn()
    {
        var timeless = Event(Names.NodeEniKind, "Normal");
        timeless.LastTimestamp = timeless.FirstTimestamp = null;

        Assert.Null(MapReader.Event(Event("Pod", "Normal")));
        Assert.Null(MapReader.Event(timeless));
    }

    [Fact]
    public void A_NodeENI_says_how_many_of_its_ENIs_are_ready()
    {
        var nodeEni = new NodeEni
        {
            Metadata = new() { Name = "packets", Generation = 1 },
            Spec = new(),
            Status = new()
            {
                MatchedNodes = 2,
                DesiredEnis = 2,
                ReadyEnis = 1,
                ObservedGeneration = 1,
                Conditions = [.. TestCluster.Degraded("Reason", "message")],
            },
        };

        Assert.Equal(new MapNodeEni("packets", Health.Trouble, "Reason", "message", 2, 2, 1), MapReader.NodeEni(nodeEni, Now));
    }

    internal static EniAttachment Attachment(string? reason, string message) =>
        new()
        {
            Metadata = new() { Name = "packets-n1" },
            Spec = new()
            {
                NodeEniRef = new() { Name = "packets" },
                NodeName = "n1",
                SubnetId = "subnet-1",
                DeviceIndex = 3,
            },
            Status = new()
            {
                Network = new()
                {
                    State = EniState.Attached,
                    EniId = "eni-1",
                    AvailabilityZone = "us-east-1a",
                    NetworkCardIndex = 1,
                    DeviceIndex = 2,
                    PrivateIps = ["10.0.1.7"],
                    Ipv6Addresses = ["2001:db8::7"],
                    Prefixes = ["10.0.2.0/28"],
                },
                Device = new(),
                Conditions =
                [
                    reason is null
                        ? TestCluster.Condition(ConditionTypes.Ready, true, Reasons.Ready, "ready")
                        : TestCluster.Condition(ConditionTypes.Ready, false, reason, message),
                ],
            },
        };

    private static KubernetesEvent Event(string kind, string type) =>
        new()
        {
            Metadata = new() { Name = "name", Uid = "uid" },
            InvolvedObject = new() { Kind = kind, Name = "packets" },
            Type = type,
            Reason = "ENIAttached",
            Message = "eni-1 on n1",
            FirstTimestamp = Now.AddMinutes(-1),
            LastTimestamp = Now,
            Count = 3,
        };

    private static Dictionary<string, string> Labels(params (string Key, string? Value)[] labels) =>
        labels.Where(label => label.Value is not null).ToDictionary(label => label.Key, label => label.Value!);
}
