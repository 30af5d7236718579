using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Scheduling;
using MultiEni.Simulator.Nodes.Scheduling.Devices;

namespace MultiEni.Simulator.Tests.Nodes;

/// <summary>Which devices claims get.</summary>
public sealed class DeviceAllocatorTests
{
    private const string NotHere = "not on this node";

    // d0 and d1 are of NUMA node 0, d2 and d3 of 1; d3 is going away.
    private const string Devices = """
        [
          {"name": "d0", "attributes": {"numa": {"int": 0}, "speed": {"int": 10}}},
          {"name": "d1", "attributes": {"x.y/numa": {"int": 0}, "speed": {"int": 25}}},
          {"name": "d2", "attributes": {"numa": {"int": 1}, "speed": {"int": 25}}, "taints": [{"key": "slow", "effect": "None"}]},
          {"name": "d3", "attributes": {"numa": {"int": 1}, "speed": {"int": 25}}, "taints": [{"key": "gone", "value": "yes", "effect": "NoExecute"}]}
        ]
        """;

    private static readonly Dictionary<string, JsonObject> Classes = new(StringComparer.Ordinal)
    {
        ["any"] = Parse("""{"spec":{"config":[{"opaque":{"driver":"x.y","parameters":{"mtu":9001}}}]}}"""),
        ["fast"] = Parse("""{"spec":{"selectors":[{"cel":{"expression":"device.attributes['x.y'].speed > 10"}}]}}"""),
    };

    private static readonly NodeOffer Node = new(
        "n1",
        Unschedulable: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "a", ["cards"] = "2" },
        [],
        new Dictionary<string, long>(StringComparer.Ordinal)
    );

    [Theory]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"any","count":1}}]""", "r=d0")]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"fast","count":2}}]""", "r=d1 r=d2")]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"any","count":4}}]""", NotHere)]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"any","count":33}}]""", NotHere)]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"any"}},{"name":"s","exactly":{"deviceClassName":"any"}}]""", "r=d0 s=d1")]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"fast","selectors":[{"cel":{"expression":"device.attributes['x.y'].numa == 1"}}]}}]""",
        "r=d2"
    )]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"fast","allocationMode":"All"}}]""", NotHere)]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"fast","allocationMode":"All","tolerations":[{"key":"gone","operator":"Exists"}]}}]""",
        "r=d1 r=d2 r=d3"
    )]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"any","allocationMode":"All","selectors":[{"cel":{"expression":"device.driver == 'z.z'"}}]}}]""",
        NotHere
    )]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"any","count":4,"tolerations":[{"key":"gone","operator":"Equal","value":"yes","effect":"NoExecute"}]}}]""",
        "r=d0 r=d1 r=d2 r=d3"
    )]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"any","count":4,"tolerations":[{"key":"gone","operator":"Equal","value":"no"},{"key":"gone","operator":"Exists","effect":"NoSchedule"}]}}]""",
        NotHere
    )]
    [InlineData(
        """[{"name":"r","firstAvailable":[{"name":"a","deviceClassName":"fast","count":3},{"name":"b","deviceClassName":"any","count":2}]}]""",
        "r/b=d0 r/b=d1"
    )]
    [InlineData(
        """[{"name":"r","firstAvailable":[{"name":"a","deviceClassName":"fast","count":2},{"name":"b","deviceClassName":"any"}]},{"name":"s","exactly":{"deviceClassName":"fast"}}]""",
        "r/b=d0 s=d1"
    )]
    [InlineData("""[{"name":"r","exactly":{"deviceClassName":"none"}}]""", "could not retrieve device class none")]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"any","selectors":[{"cel":{"expression":"device.attributes['x.y'].mtu > 1"}}]}}]""",
        "request r: selector on device x.y/n1/d0: device.attributes['x.y'].mtu > 1: no such key: mtu"
    )]
    [InlineData(
        """[{"name":"r","exactly":{"deviceClassName":"any","capacity":{"requests":{"c":"1"}}}}]""",
        "request r: capacity of devices is not simulated"
    )]
    public void Requests_get_devices(string requests, string expected) => Assert.Equal(expected, Show(Allocate([Claim(requests)])));

    [Theory]
    [InlineData("""{"matchAttribute":"x.y/numa"}""", "r=d1 s=d0")]
    [InlineData("""{"distinctAttribute":"x.y/numa"}""", "r=d1 s=d2")]
    [InlineData("""{"requests":["r"],"distinctAttribute":"x.y/numa"}""", "r=d1 s=d0")]
    [InlineData("""{"requests":["s"],"matchAttribute":"x.y/model"}""", NotHere)]
    public void Constraints_hold_among_the_devices_of_a_claim(string constraint, string expected)
    {
        var claim = Claim(
            """[{"name":"r","exactly":{"deviceClassName":"fast"}},{"name":"s","exactly":{"deviceClassName":"any"}}]""",
            $"\"constraints\":[{constraint}]"
        );

        Assert.Equal(expected, Show(Allocate([claim])));
    }

    [Fact]
    public void An_earlier_choice_is_taken_back_when_a_later_request_finds_nothing()
    {
        var claim = Claim(
            """[{"name":"r","exactly":{"deviceClassName":"fast"}},{"name":"s","exactly":{"deviceClassName":"fast","selectors":[{"cel":{"expression":"device.attributes['x.y'].numa == 0"}}]}}]"""
        );

        Assert.Equal("r=d2 s=d1", Show(Allocate([claim])));
    }

    [Fact]
    public void All_devices_that_break_a_constraint_fail_everywhere()
    {
        var claim = Claim(
            """[{"name":"r","exactly":{"deviceClassName":"fast","allocationMode":"All","tolerations":[{"operator":"Exists"}]}}]""",
            "\"constraints\":[{\"matchAttribute\":\"x.y/numa\"}]"
        );

        Assert.Equal("request r: cannot add device x.y/n1/d2 because a claim constraint would not be satisfied", Show(Allocate([claim])));
    }

    [Theory]
    [InlineData("", "r=d2")]
    [InlineData("\"adminAccess\":true,", "r=d0!")]
    [InlineData("\"allocationMode\":\"All\",", NotHere)]
    [InlineData("\"adminAccess\":true,\"allocationMode\":\"All\",\"tolerations\":[{\"operator\":\"Exists\"}],", "r=d0! r=d1! r=d2! r=d3!")]
    public void Devices_in_use_are_for_administration_only(string how, string expected)
    {
        var holder = Parse(
            """{"status":{"allocation":{"devices":{"results":[{"driver":"x.y","pool":"n1","device":"d0"},{"driver":"x.y","pool":"n1","device":"d1"},{"driver":"x.y","pool":"n1","device":"d2","adminAccess":true}]}}}}"""
        );
        var claim = Claim($$"""[{"name":"r","exactly":{{{how}}"deviceClassName":"any"} }]""");

        Assert.Equal(expected, Show(Allocate([claim], held: DeviceId.HeldBy(holder))));
    }

    [Fact]
    public void The_claims_of_a_pod_do_not_share_devices_but_for_administration()
    {
        var own = Claim("""[{"name":"r","exactly":{"deviceClassName":"any"}}]""");
        var admin = Claim("""[{"name":"a","exactly":{"deviceClassName":"any","adminAccess":true,"count":2}}]""");

        Assert.Equal("r=d0; r=d1; a=d0! a=d1!", Show(Allocate([own, own, admin])));
    }

    [Theory]
    [InlineData("n1", null)]
    [InlineData("n2", NotHere)]
    public void A_claim_that_is_allocated_only_has_to_fit_the_node(string node, string? expected)
    {
        var claim = Parse(
            """{"status":{"allocation":{"nodeSelector":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["NODE"]}]}]}}}}""".Replace(
                "NODE",
                node,
                StringComparison.Ordinal
            )
        );

        var outcome = Allocate([claim]);

        if (expected is not null)
        {
            Assert.Equal(expected, Show(outcome));
        }
        else
        {
            Assert.Null(Assert.Single(Assert.IsType<AllocationOutcome.Allocated>(outcome).Allocations));
        }
    }

    [Theory]
    [InlineData("""{"nodeName":"n1"}""", """{"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}""")]
    [InlineData("""{"allNodes":true}""", null)]
    [InlineData(
        """{"nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}}""",
        """{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}"""
    )]
    public void An_allocation_says_on_which_nodes_its_devices_are(string place, string? term)
    {
        var outcome = Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any","count":2}}]""")], [Slice(place, Devices)]);

        var selector = Assert.Single(Assert.IsType<AllocationOutcome.Allocated>(outcome).Allocations)!["nodeSelector"];
        Assert.Equal(term, selector?["nodeSelectorTerms"]!.AsArray().Single()!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"nodeName":"n2"}""", NotHere)]
    [InlineData("""{"nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}]}}""", NotHere)]
    [InlineData("""{"nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"rack","operator":"DoesNotExist"}]}]}}""", "r=d0")]
    [InlineData("""{"nodeSelector":{"nodeSelectorTerms":[{}]}}""", NotHere)]
    [InlineData(
        """{"nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"cards","operator":"Gt","values":["1"]},{"key":"cards","operator":"Lt","values":["3"]},{"key":"zone","operator":"Exists"}]}]}}""",
        "r=d0"
    )]
    [InlineData("""{"nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"cards","operator":"Gt","values":["2"]}]}]}}""", NotHere)]
    [InlineData("""{"nodeName":"n1","pool":{"name":"n1","generation":1,"resourceSliceCount":2}}""", NotHere)]
    public void Devices_come_from_complete_pools_of_the_node(string spec, string expected) =>
        Assert.Equal(expected, Show(Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any"}}]""")], [Slice(spec, Devices)])));

    [Fact]
    public void Slices_of_old_generations_do_not_count()
    {
        var old = Slice("""{"nodeName":"n1","pool":{"name":"n1","generation":1,"resourceSliceCount":1}}""", """[{"name":"old"}]""");
        var current = Slice("""{"nodeName":"n1","pool":{"name":"n1","generation":2,"resourceSliceCount":1}}""", """[{"name":"new"}]""");

        Assert.Equal("r=new", Show(Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any"}}]""")], [old, current])));
    }

    [Fact]
    public void All_devices_are_not_known_while_a_pool_is_updated()
    {
        var slice = Slice("""{"nodeName":"n1","pool":{"name":"n1","generation":1,"resourceSliceCount":2}}""", Devices);

        Assert.Equal(
            "request r: asks for all devices, but resource pool x.y/n1 is currently being updated",
            Show(Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any","allocationMode":"All"}}]""")], [slice]))
        );
    }

    [Fact]
    public void A_device_that_has_to_be_waited_for_comes_last_and_says_so()
    {
        var waiting = Slice(
            """{"perDeviceNodeSelection":true,"pool":{"name":"cluster","generation":1,"resourceSliceCount":1}}""",
            """[{"name":"w","allNodes":true,"bindsToNode":true,"bindingConditions":["x.y/up"],"bindingFailureConditions":["x.y/failed"]},{"name":"far","nodeName":"n2"}]"""
        );
        var ready = Slice("""{"nodeName":"n1"}""", """[{"name":"d0"}]""");

        var outcome = Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any","count":2}}]""")], [waiting, ready]);

        Assert.Equal("r=d0 r=w", Show(outcome));
        var result = Assert.IsType<AllocationOutcome.Allocated>(outcome).Allocations[0]!["devices"]!["results"]![1]!;
        Assert.Equal("""["x.y/up"]""", result["bindingConditions"]!.ToJsonString());
        Assert.Equal("""["x.y/failed"]""", result["bindingFailureConditions"]!.ToJsonString());
        Assert.Equal(NotHere, Show(Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any","count":3}}]""")], [waiting, ready])));
    }

    [Fact]
    public void A_device_that_binds_to_a_node_ties_its_claim_to_it()
    {
        var slice = Slice("""{"allNodes":true}""", """[{"name":"w","bindsToNode":true}]""");

        var outcome = Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any"}}]""")], [slice]);

        Assert.Equal(
            """{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}""",
            Assert.IsType<AllocationOutcome.Allocated>(outcome).Allocations[0]!["nodeSelector"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("""[{"name":"d","allowMultipleAllocations":true}]""")]
    [InlineData("""[{"name":"d","consumesCounters":[{"counterSet":"c","counters":{"m":{"value":"1"}}}]}]""")]
    public void Shared_devices_are_not_simulated(string devices) =>
        Assert.Equal(
            "device x.y/n1/d: devices that are shared or take from counters are not simulated",
            Show(Allocate([Claim("""[{"name":"r","exactly":{"deviceClassName":"any"}}]""")], [Slice("""{"nodeName":"n1"}""", devices)]))
        );

    [Fact]
    public void A_driver_is_told_what_its_class_and_then_what_the_claim_says()
    {
        var claim = Claim(
            """[{"name":"r","firstAvailable":[{"name":"a","deviceClassName":"any"}]},{"name":"s","exactly":{"deviceClassName":"fast"}}]""",
            """
            "config":[
              {"requests":["r"],"opaque":{"driver":"x.y","parameters":{"a":1}}},
              {"requests":["r/b"],"opaque":{"driver":"x.y","parameters":{"a":2}}},
              {"opaque":{"driver":"x.y","parameters":{"a":3}}}
            ]
            """
        );

        var configurations = Assert.IsType<AllocationOutcome.Allocated>(Allocate([claim])).Allocations[0]!["devices"]!["config"]!;

        Assert.Equal(
            [
                """{"source":"FromClass","requests":["r/a"],"opaque":{"driver":"x.y","parameters":{"mtu":9001}}}""",
                """{"source":"FromClaim","requests":["r"],"opaque":{"driver":"x.y","parameters":{"a":1}}}""",
                """{"source":"FromClaim","opaque":{"driver":"x.y","parameters":{"a":3}}}""",
            ],
            configurations.AsArray().Select(static configuration => configuration!.ToJsonString())
        );
    }

    private static AllocationOutcome Allocate(JsonObject[] claims, JsonObject[]? slices = null, IEnumerable<DeviceId>? held = null) =>
        new DeviceAllocator(Classes, new SelectorCache()).Allocate(
            Node,
            claims,
            slices ?? [Slice("""{"nodeName":"n1"}""", Devices)],
            (held ?? []).ToHashSet()
        );

    private static JsonObject Claim(string requests, string rest = "") =>
        Parse($$"""{"spec":{"devices":{"requests":{{requests}}{{(rest.Length == 0 ? "" : "," + rest)}} } } }""");

    private static JsonObject Slice(string spec, string devices)
    {
        var json = Parse(spec);
        json["driver"] = "x.y";
        json["pool"] ??= Parse("""{"name":"n1","generation":1,"resourceSliceCount":1}""");
        json["devices"] = JsonNode.Parse(devices);
        return new JsonObject { ["spec"] = json };
    }

    // Each claim's devices, those for administration with an exclamation mark.
    private static string Show(AllocationOutcome outcome) =>
        outcome switch
        {
            AllocationOutcome.Failed failed => failed.Message,
            AllocationOutcome.Allocated allocated => string.Join(
                "; ",
                allocated.Allocations.Select(static allocation =>
                    string.Join(
                        ' ',
                        allocation!["devices"]!["results"]!
                            .AsArray()
                            .Select(static result => $"{result!["request"]}={result["device"]}{(result["adminAccess"] is null ? "" : "!")}")
                    )
                )
            ),
            _ => NotHere,
        };

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
