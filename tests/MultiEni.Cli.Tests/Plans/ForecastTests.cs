using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Plans;
using MultiEni.Controller.Ec2;
using static MultiEni.Cli.Tests.Plans.PlanSamples;

namespace MultiEni.Cli.Tests.Plans;

/// <summary>What the controller would do, foretold by its own planner.</summary>
public sealed class ForecastTests
{
    [Fact]
    public void A_new_NodeENI_creates_an_ENI_on_each_node_of_its_zones_and_the_others_are_refused()
    {
        var fleet = Fleet() with { Nodes = [Node(0), Node(1), Node(2, "eu-1z")] };
        var forecast = Follow(fleet, null, NodeEni());
        Assert.Equal(["+node-00/subnet-a", "+node-01/subnet-a"], forecast.Texts());
        Assert.Equal(("node-02", Reasons.NoSubnetInZone), (forecast.Problems[0].NodeName, forecast.Problems[0].Reason));
        Assert.True(forecast.IsRefused);
        Assert.Equal(0, forecast.Waves);
    }

    [Fact]
    public void What_is_there_already_stays()
    {
        var forecast = Follow(Fleet().After([NodeEni()]), NodeEni(), NodeEni());
        Assert.Empty(forecast.Changes);
        Assert.Equal(2, forecast.Unchanged);
    }

    [Theory]
    [InlineData("mtu", "mtu: 0 → 9001", null)]
    [InlineData("adopt", "adopt: False → True", null)]
    [InlineData("tags", "tags.team: unset → core", Ec2Actions.CreateTags)]
    [InlineData("secondary", "secondaryPrivateIPCount: 0 → 2", Ec2Actions.AssignPrivateIpAddresses)]
    [InlineData("elastic", "elasticIP.allocationID: unset → eipalloc-1", Ec2Actions.AssociateAddress)]
    [InlineData("tracking", "connectionTracking.tcpEstablishedTimeout: unset → 3600", Ec2Actions.ModifyNetworkInterfaceAttribute)]
    [InlineData("check", "sourceDestCheck: True → False", Ec2Actions.ModifyNetworkInterfaceAttribute)]
    public void What_can_change_in_place_does_with_the_calls_that_it_takes(string field, string difference, string? call)
    {
        var forecast = Follow(Fleet(nodes: 1).After([NodeEni()]), NodeEni(), NodeEni(change: spec => Edit(spec, field)));
        var change = Assert.Single(forecast.Changes);
        Assert.Equal(EniChangeKind.Change, change.Kind);
        Assert.Equal(
            [difference],
            SpecDifference.Of(change.Before!.Spec!, change.After!.Spec!).Select(one => one.ToString()),
            StringComparer.OrdinalIgnoreCase
        );
        Assert.Equal(call is null ? [] : new[] { call }, forecast.Calls(Fleet()).Select(one => one.Action));
    }

    [Fact]
    public void What_cannot_is_replaced_a_tenth_of_the_nodes_at_a_time()
    {
        var fleet = Fleet(nodes: 20);
        var forecast = Follow(fleet.After([NodeEni()]), NodeEni(), NodeEni(change: spec => spec.DeviceIndex = 3));
        Assert.Equal(20, forecast.Changes.Count);
        Assert.All(forecast.Changes, change => Assert.Equal(EniChangeKind.Replace, change.Kind));
        Assert.Equal(10, forecast.Waves);
        Assert.Equal(
            [
                (Ec2Actions.AttachNetworkInterface, 20),
                (Ec2Actions.CreateNetworkInterface, 20),
                (Ec2Actions.DeleteNetworkInterface, 20),
                (Ec2Actions.DetachNetworkInterface, 20),
                (Ec2Actions.ModifyNetworkInterfaceAttribute, 20),
            ],
            forecast.Calls(Fleet())
        );
    }

    [Fact]
    public void Another_subnet_is_another_ENI()
    {
        var forecast = Follow(Fleet(nodes: 1).After([NodeEni()]), NodeEni(), NodeEni(change: spec => spec.SubnetIds = ["subnet-2-a"]));
        Assert.Equal(["+node-00/subnet-2-a", "−node-00/subnet-a"], forecast.Texts().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nodes_that_are_not_selected_any_more_lose_theirs()
    {
        var forecast = Follow(Fleet().After([NodeEni()]), NodeEni(), NodeEni(change: spec => spec.NodeSelector = new() { ["ng"] = "other" }));
        Assert.Equal(["−node-00/subnet-a", "−node-01/subnet-a"], forecast.Texts());
    }

    [Fact]
    public void A_deletion_makes_room_for_what_is_created_with_it()
    {
        var fleet = Fleet(nodes: 1, enis: 2).After([NodeEni("old")]);
        Assert.True(Follow(fleet, null, NodeEni("new")).IsRefused);

        var forecasts = new Forecast(fleet).Follow([new NodeEniEdit(null, NodeEni("new")), new NodeEniEdit(NodeEni("old"), null)]);
        Assert.Equal(["old", "new"], forecasts.Select(forecast => forecast.Edit.Name));
        Assert.Equal(["−node-00/subnet-a"], forecasts[0].Texts());
        Assert.Equal(["+node-00/subnet-a"], forecasts[1].Texts());
        Assert.False(forecasts[1].IsRefused);
    }

    [Fact]
    public void What_is_given_up_goes_to_a_NodeENI_that_waited_for_it()
    {
        var fleet = Fleet(nodes: 1, enis: 2).After([NodeEni("old")]);
        var forecasts = new Forecast(fleet).Follow([
            new NodeEniEdit(NodeEni("a-waits"), NodeEni("a-waits")) { IsOther = true },
            new NodeEniEdit(NodeEni("old"), null),
        ]);
        Assert.Equal(["+node-00/subnet-a"], forecasts[1].Texts());
    }

    [Fact]
    public void NodeENIs_of_one_plan_share_the_room_of_an_instance()
    {
        var forecasts = new Forecast(Fleet(nodes: 1, enis: 2)).Follow([new(null, NodeEni("a")), new(null, NodeEni("b"))]);
        Assert.False(forecasts[0].IsRefused);
        Assert.Equal(Reasons.InstanceLimit, forecasts[1].Problems.Single().Reason);
    }

    [Fact]
    public void Addresses_of_a_subnet_are_counted_before_and_after_and_run_out()
    {
        var forecast = new Forecast(Fleet(nodes: 3, free: 5));
        var followed = forecast.Follow([new(null, NodeEni(change: spec => spec.SecondaryPrivateIpCount = 1))]).Single();
        Assert.Equal(2, followed.Changes.Count);
        Assert.Equal(Reasons.SubnetFull, followed.Problems.Single().Reason);
        Assert.Equal(-4, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void An_ENI_of_a_launch_template_is_only_released_and_keeps_its_address()
    {
        var having = Fleet(nodes: 3, free: 5).After([NodeEni()]);
        var adopted = new EniAttachmentStatus
        {
            Network = new NetworkStatus { State = EniState.Attached, Adopted = true },
        };
        var forecast = new Forecast(having with { Attachments = [.. having.Attachments.Select(attachment => attachment with { Status = adopted })] });

        var followed = forecast.Follow([new(NodeEni(), null)]).Single();

        Assert.Equal([(Ec2Actions.DeleteTags, 3)], followed.Calls(Fleet()));
        Assert.Equal(0, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void A_retained_ENI_is_taken_with_its_addresses_and_only_where_no_other_node_has_it()
    {
        var fleet = Fleet(nodes: 2, free: 5) with { Unattached = [Retained("eni-0000000a")] };
        var forecast = new Forecast(fleet);
        var followed = forecast.Follow([new(null, Retaining())]).Single();
        Assert.Equal([EniOrigin.Retained, EniOrigin.New], followed.Changes.OrderBy(one => one.Attachment.Spec!.NodeName).Select(one => one.Origin));
        Assert.Equal("eni-0000000a", followed.Changes.Single(one => one.Origin == EniOrigin.Retained).ExistingEni);
        Assert.Equal(
            [
                (Ec2Actions.AttachNetworkInterface, 2),
                (Ec2Actions.CreateNetworkInterface, 1),
                (Ec2Actions.CreateTags, 1),
                (Ec2Actions.ModifyNetworkInterfaceAttribute, 2),
            ],
            followed.Calls(Fleet())
        );
        Assert.Equal(-1, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void Nodes_that_are_not_selected_any_more_leave_retained_ENIs_with_their_addresses()
    {
        var forecast = new Forecast(Fleet().After([Retaining()]));
        var followed = forecast.Follow([new(Retaining(), Retaining(spec => spec.NodeSelector = new() { ["ng"] = "other" }))]).Single();
        Assert.All(followed.Changes, change => Assert.Equal((EniChangeKind.Remove, EniFate.Retained), (change.Kind, change.Fate)));
        Assert.Equal([(Ec2Actions.DetachNetworkInterface, 2)], followed.Calls(Fleet()));
        Assert.Equal(0, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void A_retained_ENI_gives_back_what_pods_had()
    {
        var fleet = Fleet(nodes: 1).After([Retaining()]);
        var pods = new EniAttachmentStatus
        {
            Network = new NetworkStatus
            {
                State = EniState.Attached,
                EniId = "eni-0a",
                PrivateIps = ["10.0.0.4", "10.0.0.5", "10.0.0.6"],
                AssignedForPods = ["10.0.0.6"],
            },
        };
        var forecast = new Forecast(fleet with { Attachments = [.. fleet.Attachments.Select(attachment => attachment with { Status = pods })] });
        var followed = forecast.Follow([new(Retaining(), Retaining(spec => spec.NodeSelector = new() { ["ng"] = "other" }))]).Single();
        Assert.Equal([(Ec2Actions.DetachNetworkInterface, 1), (Ec2Actions.UnassignPrivateIpAddresses, 1)], followed.Calls(Fleet()));
        Assert.Equal(1, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void What_is_replaced_takes_the_ENI_that_it_left()
    {
        var forecast = new Forecast(Fleet(nodes: 1).After([Retaining()]));
        var change = forecast.Follow([new(Retaining(), Retaining(spec => spec.DeviceIndex = 3))]).Single().Changes.Single();
        Assert.Equal((EniChangeKind.Replace, EniFate.Retained, EniOrigin.Retained), (change.Kind, change.Fate, change.Origin));
        Assert.Equal(0, forecast.Gained("subnet-a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Retained_ENIs_are_deleted_with_their_NodeENI_or_its_policy(bool deleted)
    {
        var fleet = Fleet(nodes: 0) with { Unattached = [Retained("eni-0000000b"), Retained("eni-0000000a"), Retained("eni-0000000c", "other")] };
        var forecast = new Forecast(fleet);
        var followed = forecast.Follow([new(Retaining(), deleted ? null : NodeEni())]).Single();
        Assert.Equal(["eni-0000000a", "eni-0000000b"], followed.NoLongerRetained.Select(row => row.EniId));
        Assert.Equal([(Ec2Actions.DeleteNetworkInterface, 2)], followed.Calls(Fleet()));
        Assert.Equal(2, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void An_ENI_of_a_launch_template_is_adopted_by_tags_alone()
    {
        var launched = Retained("eni-0000000a") with
        {
            Status = EniStates.InUse,
            Tags = new Dictionary<string, string> { [EniTags.ManagedBy] = EniTags.Owner, [EniTags.NoManage] = "true" },
            Attachment = new EniAttachmentRow("eni-attach-1", "i-00000000", 1, 0, EniStates.Attached, true, null),
        };
        var forecast = new Forecast(Fleet(nodes: 2, free: 5) with { Launched = [launched] });
        var followed = forecast.Follow([new(null, NodeEni(change: spec => spec.Adopt = true))]).Single();
        Assert.Equal(EniOrigin.LaunchTemplate, followed.Changes.Single(change => change.Attachment.Spec!.NodeName == "node-00").Origin);
        Assert.Equal(
            [
                (Ec2Actions.AttachNetworkInterface, 1),
                (Ec2Actions.CreateNetworkInterface, 1),
                (Ec2Actions.CreateTags, 1),
                (Ec2Actions.ModifyNetworkInterfaceAttribute, 1),
            ],
            followed.Calls(Fleet())
        );
        Assert.Equal(-1, forecast.Gained("subnet-a"));
    }

    [Fact]
    public void What_goes_gives_its_addresses_back()
    {
        var having = Fleet(nodes: 3, free: 5).After([NodeEni(change: spec => spec.SecondaryPrivateIpCount = 1)]);
        var removed = new Forecast(having);
        removed.Follow([new(NodeEni(), null)]);
        Assert.Equal(6, removed.Gained("subnet-a"));

        var grown = new Forecast(having);
        grown.Follow([new(NodeEni(), NodeEni(change: spec => spec.SecondaryPrivateIpCount = 2))]);
        Assert.Equal(-3, grown.Gained("subnet-a"));

        // Replaced, each with one address fewer.
        var shrunk = new Forecast(having);
        Assert.Equal(3, shrunk.Follow([new(NodeEni(), NodeEni())]).Single().Changes.Count(change => change.Kind == EniChangeKind.Replace));
        Assert.Equal(3, shrunk.Gained("subnet-a"));
    }

    [Theory]
    [InlineData(0, 4, null, -5, 1)]
    [InlineData(1, 4, null, -5, 1)]
    [InlineData(4, 4, null, -5, 0)]
    [InlineData(0, 40, null, -10, 1)]
    [InlineData(0, 4, 3, -3, 1)]
    public void Addresses_kept_for_pods_are_counted_with_the_call_that_they_take(int secondary, int warm, int? maximum, int gained, int calls)
    {
        var forecast = new Forecast(Fleet(nodes: 1));
        var followed = forecast
            .Follow([
                new(
                    null,
                    NodeEni(change: spec =>
                    {
                        spec.SecondaryPrivateIpCount = secondary;
                        spec.PodAddresses = new() { Warm = warm, Maximum = maximum };
                    })
                ),
            ])
            .Single();
        Assert.Equal(gained, forecast.Gained("subnet-a"));
        Assert.Equal(calls, followed.Calls(Fleet()).Where(call => call.Action == Ec2Actions.AssignPrivateIpAddresses).Sum(call => call.Count));
    }

    [Fact]
    public void Prefixes_from_a_reservation_take_no_free_address_and_give_none_back()
    {
        var fleet = Fleet(nodes: 2);
        var reserving = fleet.Subnet("subnet-a")! with { Reservations = [new CidrReservation("10.0.0.64/26", CidrReservation.Prefix)] };
        fleet = fleet with { Subnet = _ => reserving };
        var prefixed = NodeEni(change: spec => spec.Ipv4PrefixCount = 1);
        var made = new Forecast(fleet);
        made.Follow([new(null, prefixed)]);
        Assert.Equal(-2, made.Gained("subnet-a"));
        var removed = new Forecast(fleet.After([prefixed]));
        removed.Follow([new(prefixed, null)]);
        Assert.Equal(2, removed.Gained("subnet-a"));
    }

    [Fact]
    public void What_an_ENI_has_by_now_is_what_it_gives_back()
    {
        var fleet = Fleet(nodes: 1).After([NodeEni()]);
        var pods = new EniAttachmentStatus
        {
            Network = new NetworkStatus
            {
                State = EniState.Attached,
                PrivateIps = ["10.0.0.4", "10.0.0.5"],
                Prefixes = ["10.0.0.16/28", "fd00::/80"],
            },
        };
        var forecast = new Forecast(fleet with { Attachments = [.. fleet.Attachments.Select(attachment => attachment with { Status = pods })] });
        forecast.Follow([new(NodeEni(), null)]);
        Assert.Equal(18, forecast.Gained("subnet-a"));
    }

    [Theory]
    [InlineData("dpdk", true, true)]
    [InlineData("resource", false, true)]
    [InlineData("mtu", false, false)]
    public void A_device_that_is_rebound_in_place_is_told_apart(string field, bool rebinds, bool affectsPods)
    {
        var change = Assert.Single(Follow(Fleet(nodes: 1).After([NodeEni()]), NodeEni(), NodeEni(change: spec => Edit(spec, field))).Changes);
        Assert.Equal((EniChangeKind.Change, rebinds, affectsPods), (change.Kind, change.Rebinds, change.ChangesDevice));
    }

    [Fact]
    public void The_least_time_is_that_of_the_slowest_bucket()
    {
        var calls = new Dictionary<string, int> { [Ec2Actions.AttachNetworkInterface] = 4000, [Ec2Actions.CreateNetworkInterface] = 4000 };
        Assert.Equal(790, Ec2Calls.AtLeast(calls, 1).TotalSeconds);
        Assert.Equal(256.7, Ec2Calls.AtLeast(calls, 3).TotalSeconds, 1);
        Assert.Equal(TimeSpan.Zero, Ec2Calls.AtLeast(new Dictionary<string, int> { [Ec2Actions.CreateTags] = 3 }, 1));
    }

    private static NodeEniForecast Follow(Fleet fleet, NodeEni? before, NodeEni? after) => new Forecast(fleet).Follow([new(before, after)]).Single();

    private static NodeEni Retaining(Action<NodeEniSpec>? change = null) =>
        NodeEni(change: spec =>
        {
            spec.RetainPolicy = RetainPolicies.Retain;
            change?.Invoke(spec);
        });

    private static EniRow Retained(string eni, string nodeEni = "data") =>
        new(
            eni,
            EniStates.Available,
            "subnet-a",
            "eu-1a",
            "02:00:00:00:00:01",
            ["10.0.0.10"],
            [],
            [],
            ["sg-a"],
            true,
            "",
            new Dictionary<string, string>
            {
                [EniTags.NodeEni] = nodeEni,
                [EniTags.Slot] = $"slot-of-{eni}",
                [EniTags.Node] = "node-gone",
            },
            null
        );

    private static void Edit(NodeEniSpec spec, string field)
    {
        switch (field)
        {
            case "mtu":
                spec.Mtu = 9001;
                break;
            case "adopt":
                spec.Adopt = true;
                break;
            case "tags":
                spec.Tags = new() { ["team"] = "core" };
                break;
            case "elastic":
                spec.ElasticIps = new() { AllocationIds = ["eipalloc-1"] };
                break;
            case "tracking":
                spec.ConnectionTracking = new() { TcpEstablishedTimeout = 3600 };
                break;
            case "dpdk":
                spec.EnableDpdk = true;
                break;
            case "resource":
                spec.DpdkResourceName = "example.com/packets";
                break;
            case "secondary":
                spec.SecondaryPrivateIpCount = 2;
                break;
            default:
                spec.SourceDestCheck = false;
                break;
        }
    }
}
