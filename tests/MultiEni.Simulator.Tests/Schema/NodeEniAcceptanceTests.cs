using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Tests.Schema;

/// <summary>
/// Every rule and bound of the NodeENI definition, with the words that a user meets.
/// </summary>
public sealed class NodeEniAcceptanceTests
{
    private const string NoSubnet =
        "spec: Invalid value: no subnet is given: set at least one of subnetID, subnetIDs, subnetName, subnetNames or subnetSelector";

    private const string NoSecurityGroup =
        "spec: Invalid value: no security group is given: set at least one of securityGroupIDs, securityGroupNames or securityGroupSelector";

    private const string Mtu = "mtu must be 0 (leave it) or from 576 to 9216; within a VPC use at most 9001";

    private const string Tags =
        "spec.tags: Invalid value: tags must not use Name, NodeENI, Node, SubnetID, kubernetes.io/cluster/managed-by or keys of networking.k8s.aws/, aws:, eks: or k8s.amazonaws.com: the controller or AWS sets those";

    private const string PciAddress =
        "dpdkPCIAddress must have the form dddd:bb:dd.f, such as \"0000:00:06.0\" (in quotes); lspci -D on the node shows it";

    private const string ResourceName =
        "dpdkResourceName must be name or prefix/name, such as intel.com/intel_sriov_netdevice_1: the prefix a DNS name, the name at most 63 letters, digits, _ or -";

    private const string ElasticIps = "elasticIPs needs either allocationIDs or selector, and not both";

    private const string ReservedPrefix = "dpdkResourceName must not use a prefix of kubernetes.io or k8s.io, which Kubernetes reserves";

    private const string NotChecked =
        "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    public static TheoryData<string> Accepted =>
        [
            "{}",
            "subnetID: null\nsubnetIDs: [subnet-1, subnet-2]",
            "subnetID: null\nsubnetName: a",
            "subnetID: null\nsubnetNames: [a]",
            "subnetID: null\nsubnetSelector: {role: '*'}",
            "securityGroupIDs: null\nsecurityGroupNames: [a]",
            "securityGroupIDs: null\nsecurityGroupSelector: {role: dpdk}",
            "subnetPolicy: MostFree",
            "mtu: 0",
            "mtu: 576",
            "mtu: 9001",
            "mtu: 9216",
            "deviceIndex: 0",
            "deviceIndex: 127",
            "networkCardIndex: 127",
            "sourceDestCheck: false",
            "tags: {team: packet, cost-centre: '42'}",
            "secondaryPrivateIPCount: 4\nipv6PrefixCount: 2",
            "ipv4PrefixCount: 4\nipv6AddressCount: 2",
            "connectionTracking: {}",
            "enaExpress: {}",
            "enaExpress: {enabled: true, udp: true}",
            "enaQueueCount: 128",
            "elasticIPs: {allocationIDs: [eipalloc-0a, eipalloc-0b]}",
            "elasticIPs: {selector: {role: data}}",
            "enablePrimaryIPv6: true\nipv6AddressCount: 1",
            "adopt: true\nsecondaryPrivateIPCount: 2\npodAddresses: {warm: 2}\nenaExpress: {enabled: true}\nsubnetPolicy: All",
            "retainPolicy: Delete",
            "retainPolicy: Retain\ndeleteOnTermination: false",
            "connectionTracking: {tcpEstablishedTimeout: 60, udpStreamTimeout: 180, udpTimeout: 30}",
            "enableDPDK: true\ndpdkDriver: igb_uio",
            "enableDPDK: true\ndpdkDriver: uio_pci_generic",
            "enableDPDK: true\ndpdkBinding: WhenClaimed",
            "dpdkResourceName: intel.com/intel_sriov_netdevice_1",
            "dpdkResourceName: amazon.com/ena_dpdk_1",
            "dpdkResourceName: sriov_net",
            "dpdkResourceName: mykubernetes.io/x",
            "dpdkPCIAddress: '0000:00:06.0'",
            "dpdkPCIAddress: '00:06.0'",
            "dpdkPCIAddress: 0000:00:1f.7",
        ];

    public static TheoryData<string, string> Rejected =>
        new()
        {
            {
                "nodeSelector: {}",
                "spec.nodeSelector: Invalid value: nodeSelector is empty, which would select every node of the cluster: name at least one label, such as ng: multi-eni"
            },
            { "nodeSelector: null", $"spec.nodeSelector: Required value|{NotChecked}" },
            { $"nodeSelector: {{ng: {new string('x', 64)}}}", $"spec.nodeSelector.ng: Too long: may not be more than 63 bytes|{NotChecked}" },
            {
                "nodeSelector: {ng: 1}",
                $"spec.nodeSelector.ng: Invalid value: \"integer\": spec.nodeSelector.ng in body must be of type string: \"integer\"|{NotChecked}"
            },
            { "subnetID: null", NoSubnet },
            { "subnetID: null\nsubnetIDs: []", NoSubnet },
            { "subnetID: null\nsubnetNames: []", NoSubnet },
            { "subnetID: null\nsubnetSelector: {}", NoSubnet },
            { "subnetID: ''", "spec.subnetID: Invalid value: \"\": spec.subnetID in body should be at least 1 chars long" },
            { "subnetIDs: [a, '']", "spec.subnetIDs[1]: Invalid value: \"\": spec.subnetIDs[1] in body should be at least 1 chars long" },
            { "subnetName: ''", "spec.subnetName: Invalid value: \"\": spec.subnetName in body should be at least 1 chars long" },
            { "subnetNames: ['']", "spec.subnetNames[0]: Invalid value: \"\": spec.subnetNames[0] in body should be at least 1 chars long" },
            { "subnetIDs: a", $"spec.subnetIDs: Invalid value: \"string\": spec.subnetIDs in body must be of type array: \"string\"|{NotChecked}" },
            { "subnetPolicy: Any", $"spec.subnetPolicy: Unsupported value: \"Any\": supported values: \"All\", \"MostFree\"|{NotChecked}" },
            { "securityGroupIDs: null", NoSecurityGroup },
            { "securityGroupIDs: []", NoSecurityGroup },
            { "securityGroupIDs: null\nsecurityGroupSelector: {}", NoSecurityGroup },
            {
                "securityGroupNames: ['']",
                "spec.securityGroupNames[0]: Invalid value: \"\": spec.securityGroupNames[0] in body should be at least 1 chars long"
            },
            {
                "securityGroupIDs: [a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7, b8]",
                $"spec.securityGroupIDs: Too many: 17: must have at most 16 items|{NotChecked}"
            },
            { "mtu: 70000", $"spec.mtu: Invalid value: 70000: {Mtu}" },
            { "mtu: 500", $"spec.mtu: Invalid value: 500: {Mtu}" },
            { "mtu: 9217", $"spec.mtu: Invalid value: 9217: {Mtu}" },
            { "mtu: -1", $"spec.mtu: Invalid value: -1: {Mtu}" },
            { "mtu: jumbo", $"spec.mtu: Invalid value: \"string\": spec.mtu in body must be of type integer: \"string\"|{NotChecked}" },
            {
                "connectionTracking: {tcpEstablishedTimeout: 59}",
                "spec.connectionTracking.tcpEstablishedTimeout: Invalid value: 59: spec.connectionTracking.tcpEstablishedTimeout in body should be greater than or equal to 60"
            },
            {
                "connectionTracking: {tcpEstablishedTimeout: 432001}",
                "spec.connectionTracking.tcpEstablishedTimeout: Invalid value: 432001: spec.connectionTracking.tcpEstablishedTimeout in body should be less than or equal to 432000"
            },
            {
                "connectionTracking: {udpStreamTimeout: 59, udpTimeout: 61}",
                "spec.connectionTracking.udpStreamTimeout: Invalid value: 59: spec.connectionTracking.udpStreamTimeout in body should be greater than or equal to 60"
                    + "|spec.connectionTracking.udpTimeout: Invalid value: 61: spec.connectionTracking.udpTimeout in body should be less than or equal to 60"
            },
            { "enaExpress: {udp: true}", "spec.enaExpress: Invalid value: enaExpress.udp needs enaExpress.enabled: true" },
            { "enablePrimaryIPv6: true", "spec: Invalid value: enablePrimaryIPv6 needs an IPv6 address: set ipv6AddressCount to 1 or more" },
            {
                "adopt: true\nsubnetPolicy: MostFree",
                "spec: Invalid value: adopt takes the ENI that was attached in a given subnet: leave subnetPolicy out"
            },
            {
                "adopt: true\nprivateIPAddresses: [10.0.0.20]",
                "spec: Invalid value: an adopted ENI keeps the primary address that it got at launch: leave out privateIPAddresses or adopt"
            },
            {
                "adopt: true\nelasticIPs: {selector: {role: data}}",
                "spec: Invalid value: an adopted ENI gets no Elastic IP: leave out elasticIPs or adopt"
            },
            {
                "adopt: true\nenaQueueCount: 8",
                "spec: Invalid value: an adopted ENI keeps the ENA queues that it got at launch: leave out enaQueueCount and set them in the launch template, or leave out adopt"
            },
            {
                "adopt: true\nretainPolicy: Retain\ndeleteOnTermination: false",
                "spec: Invalid value: an adopted ENI is never taken from its instance: leave out retainPolicy or adopt"
            },
            {
                "retainPolicy: Retain",
                "spec: Invalid value: retainPolicy: Retain needs deleteOnTermination: false, or EC2 deletes the ENI together with the instance"
            },
            { "retainPolicy: Keep", $"spec.retainPolicy: Unsupported value: \"Keep\": supported values: \"Delete\", \"Retain\"|{NotChecked}" },
            { "elasticIPs: {}", $"spec.elasticIPs: Invalid value: {ElasticIps}" },
            { "elasticIPs: {allocationIDs: [], selector: {}}", $"spec.elasticIPs: Invalid value: {ElasticIps}" },
            { "elasticIPs: {allocationIDs: [eipalloc-0a], selector: {role: data}}", $"spec.elasticIPs: Invalid value: {ElasticIps}" },
            {
                "elasticIPs: {allocationIDs: [203.0.113.7]}",
                "spec.elasticIPs.allocationIDs[0]: Invalid value: \"203.0.113.7\": allocationIDs must be allocation IDs such as eipalloc-0123456789abcdef0, not addresses"
            },
            { "enaQueueCount: 0", "spec.enaQueueCount: Invalid value: 0: spec.enaQueueCount in body should be greater than or equal to 1" },
            { "enaQueueCount: 129", "spec.enaQueueCount: Invalid value: 129: spec.enaQueueCount in body should be less than or equal to 128" },
            { "deviceIndex: -1", "spec.deviceIndex: Invalid value: -1: spec.deviceIndex in body should be greater than or equal to 0" },
            { "deviceIndex: 99999", "spec.deviceIndex: Invalid value: 99999: spec.deviceIndex in body should be less than or equal to 127" },
            {
                "networkCardIndex: 128",
                "spec.networkCardIndex: Invalid value: 128: spec.networkCardIndex in body should be less than or equal to 127"
            },
            {
                "networkCardIndex: -1",
                "spec.networkCardIndex: Invalid value: -1: spec.networkCardIndex in body should be greater than or equal to 0"
            },
            {
                "secondaryPrivateIPCount: 64",
                "spec.secondaryPrivateIPCount: Invalid value: 64: spec.secondaryPrivateIPCount in body should be less than or equal to 63"
            },
            {
                "secondaryPrivateIPCount: -1",
                "spec.secondaryPrivateIPCount: Invalid value: -1: spec.secondaryPrivateIPCount in body should be greater than or equal to 0"
            },
            { "ipv4PrefixCount: 64", "spec.ipv4PrefixCount: Invalid value: 64: spec.ipv4PrefixCount in body should be less than or equal to 63" },
            { "ipv4PrefixCount: -1", "spec.ipv4PrefixCount: Invalid value: -1: spec.ipv4PrefixCount in body should be greater than or equal to 0" },
            { "ipv6AddressCount: 65", "spec.ipv6AddressCount: Invalid value: 65: spec.ipv6AddressCount in body should be less than or equal to 64" },
            {
                "ipv6AddressCount: -1",
                "spec.ipv6AddressCount: Invalid value: -1: spec.ipv6AddressCount in body should be greater than or equal to 0"
            },
            { "ipv6PrefixCount: 65", "spec.ipv6PrefixCount: Invalid value: 65: spec.ipv6PrefixCount in body should be less than or equal to 64" },
            { "ipv6PrefixCount: -1", "spec.ipv6PrefixCount: Invalid value: -1: spec.ipv6PrefixCount in body should be greater than or equal to 0" },
            {
                "secondaryPrivateIPCount: 1\nipv4PrefixCount: 1",
                "spec: Invalid value: secondaryPrivateIPCount and ipv4PrefixCount exclude each other: an ENI gets either single addresses or prefixes"
            },
            {
                "ipv6AddressCount: 1\nipv6PrefixCount: 1",
                "spec: Invalid value: ipv6AddressCount and ipv6PrefixCount exclude each other: an ENI gets either single addresses or prefixes"
            },
            {
                "deleteOnTermination: 'yes'",
                $"spec.deleteOnTermination: Invalid value: \"string\": spec.deleteOnTermination in body must be of type boolean: \"string\"|{NotChecked}"
            },
            { $"description: {new string('x', 256)}", $"spec.description: Too long: may not be more than 255 bytes|{NotChecked}" },
            { "tags: {Name: x}", Tags },
            { "tags: {NodeENI: x}", Tags },
            { "tags: {Node: x}", Tags },
            { "tags: {SubnetID: x}", Tags },
            { "tags: {kubernetes.io/cluster/managed-by: x}", Tags },
            { "tags: {networking.k8s.aws/slot: x}", Tags },
            { "tags: {aws:x: x}", Tags },
            { "tags: {eks:x: x}", Tags },
            { "tags: {node.k8s.amazonaws.com/no_manage: 'false'}", Tags },
            { $"tags: {{a: {new string('x', 257)}}}", $"spec.tags.a: Too long: may not be more than 256 bytes|{NotChecked}" },
            {
                "enableDPDK: 1",
                $"spec.enableDPDK: Invalid value: \"integer\": spec.enableDPDK in body must be of type boolean: \"integer\"|{NotChecked}"
            },
            {
                "dpdkDriver: vfio",
                $"spec.dpdkDriver: Unsupported value: \"vfio\": supported values: \"vfio-pci\", \"igb_uio\", \"uio_pci_generic\"|{NotChecked}"
            },
            { "dpdkBinding: WhenClaimed", "spec: Invalid value: dpdkBinding: WhenClaimed needs enableDPDK: true" },
            {
                "enableDPDK: true\ndpdkBinding: OnDemand",
                $"spec.dpdkBinding: Unsupported value: \"OnDemand\": supported values: \"Always\", \"WhenClaimed\"|{NotChecked}"
            },
            { "dpdkResourceName: a/b/c", $"spec.dpdkResourceName: Invalid value: \"a/b/c\": {ResourceName}" },
            { "dpdkResourceName: a/b.c", $"spec.dpdkResourceName: Invalid value: \"a/b.c\": {ResourceName}" },
            { "dpdkResourceName: ''", $"spec.dpdkResourceName: Invalid value: \"\": {ResourceName}" },
            { "dpdkResourceName: intel.com/", $"spec.dpdkResourceName: Invalid value: \"intel.com/\": {ResourceName}" },
            { "dpdkResourceName: Intel.com/x", $"spec.dpdkResourceName: Invalid value: \"Intel.com/x\": {ResourceName}" },
            { "dpdkResourceName: kubernetes.io/x", $"spec.dpdkResourceName: Invalid value: \"kubernetes.io/x\": {ReservedPrefix}" },
            { "dpdkResourceName: x.k8s.io/y", $"spec.dpdkResourceName: Invalid value: \"x.k8s.io/y\": {ReservedPrefix}" },
            { $"dpdkResourceName: {new string('x', 128)}", $"spec.dpdkResourceName: Too long: may not be more than 127 bytes|{NotChecked}" },
            {
                "dpdkPCIAddress: 6.0",
                $"spec.dpdkPCIAddress: Invalid value: \"integer\": spec.dpdkPCIAddress in body must be of type string: \"integer\"|{NotChecked}"
            },
            {
                "dpdkPCIAddress: 6.5",
                $"spec.dpdkPCIAddress: Invalid value: \"number\": spec.dpdkPCIAddress in body must be of type string: \"number\"|{NotChecked}"
            },
            { "dpdkPCIAddress: '0000:00:06'", $"spec.dpdkPCIAddress: Invalid value: \"0000:00:06\": {PciAddress}" },
            { "dpdkPCIAddress: '0000:00:06.8'", $"spec.dpdkPCIAddress: Invalid value: \"0000:00:06.8\": {PciAddress}" },
            { "dpdkPCIAddress: '0000:00:2f.0'", $"spec.dpdkPCIAddress: Invalid value: \"0000:00:2f.0\": {PciAddress}" },
            { "dpdkPCIAddress: '06.0'", $"spec.dpdkPCIAddress: Invalid value: \"06.0\": {PciAddress}" },
            { "dpdkPCIAddress: eth1", $"spec.dpdkPCIAddress: Invalid value: \"eth1\": {PciAddress}" },
            { "dpdkPCIAddress: '00000:00:06.0'", $"spec.dpdkPCIAddress: Too long: may not be more than 12 bytes|{NotChecked}" },
        };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void It_accepts(string fields) => Assert.Empty(ProductSchemas.NodeEni.Admit(With(fields)).Select(e => e.ToString()));

    [Theory]
    [MemberData(nameof(Rejected))]
    public void It_rejects_and_says_what_to_do(string fields, string findings) =>
        Assert.Equal(findings.Split('|'), ProductSchemas.NodeEni.Admit(With(fields)).Select(e => e.ToString()));

    [Fact]
    public void More_entries_than_a_list_or_map_takes_are_refused()
    {
        Assert.Equal("spec.subnetIDs: Too many: 65: must have at most 64 items", First("subnetIDs", Repeat(65)));
        Assert.Equal("spec.subnetNames: Too many: 65: must have at most 64 items", First("subnetNames", Repeat(65)));
        Assert.Equal("spec.securityGroupNames: Too many: 17: must have at most 16 items", First("securityGroupNames", Repeat(17)));
        Assert.Equal("spec.nodeSelector: Too many: 33: must have at most 32 items", First("nodeSelector", RepeatMap(33)));
        Assert.Equal("spec.subnetSelector: Too many: 33: must have at most 32 items", First("subnetSelector", RepeatMap(33)));
        Assert.Equal("spec.securityGroupSelector: Too many: 33: must have at most 32 items", First("securityGroupSelector", RepeatMap(33)));
        Assert.Equal("spec.tags: Too many: 31: must have at most 30 items", First("tags", RepeatMap(31)));
    }

    [Fact]
    public void Longer_texts_than_a_field_takes_are_refused()
    {
        Assert.Equal("spec.subnetID: Too long: may not be more than 64 bytes", First("subnetID", new string('x', 65)));
        Assert.Equal("spec.subnetIDs[0]: Too long: may not be more than 64 bytes", First("subnetIDs", new JsonArray(new string('x', 65))));
        Assert.Equal("spec.subnetName: Too long: may not be more than 256 bytes", First("subnetName", new string('x', 257)));
        Assert.Equal("spec.subnetNames[0]: Too long: may not be more than 256 bytes", First("subnetNames", new JsonArray(new string('x', 257))));
        Assert.Equal(
            "spec.securityGroupIDs[0]: Too long: may not be more than 64 bytes",
            First("securityGroupIDs", new JsonArray(new string('x', 65)))
        );
        Assert.Equal(
            "spec.securityGroupNames[0]: Too long: may not be more than 255 bytes",
            First("securityGroupNames", new JsonArray(new string('x', 256)))
        );
    }

    [Fact]
    public void A_misspelt_field_is_pruned_and_reported()
    {
        var obj = With("dpdkEnabled: true\ntags: {dpdkEnabled: kept}");

        Assert.Equal(["spec.dpdkEnabled"], ProductSchemas.NodeEni.Prune(obj));
        Assert.False(obj["spec"]!.AsObject().ContainsKey("dpdkEnabled"));
        Assert.Equal("kept", (string?)obj["spec"]!["tags"]!["dpdkEnabled"]);
    }

    [Fact]
    public void A_NodeENI_without_a_spec_is_refused()
    {
        var obj = ProductSchemas.ValidNodeEni();
        obj.Remove("spec");

        Assert.Equal(["spec: Required value", NotChecked], ProductSchemas.NodeEni.Admit(obj).Select(e => e.ToString()));
    }

    [Fact]
    public void The_complete_example_of_the_specification_is_accepted_unchanged_with_defaults()
    {
        var obj = YamlDocuments.Parse(
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: NodeENI
            metadata:
              name: dpdk-eni-example
            spec:
              nodeSelector:
                ng: multi-eni
              subnetID: subnet-12345678
              securityGroupIDs:
                - sg-12345678
              enableDPDK: true
              dpdkDriver: "vfio-pci"
              dpdkResourceName: "intel.com/sriov_dpdk"
              dpdkPCIAddress: "0000:00:06.0"  # Direct PCI targeting
            """
        )[0];
        var given = obj["spec"]!.DeepClone().AsObject();

        Assert.Empty(ProductSchemas.NodeEni.Prune(obj));
        ProductSchemas.NodeEni.ApplyDefaults(obj);
        Assert.Empty(ProductSchemas.NodeEni.Validate(obj, null));

        var expected = given;
        foreach (
            var (name, value) in JsonNode
                .Parse(
                    """
                    {
                      "subnetPolicy": "All", "retainPolicy": "Delete", "deviceIndex": 1, "networkCardIndex": 0, "deleteOnTermination": true, "mtu": 0,
                      "sourceDestCheck": true, "secondaryPrivateIPCount": 0, "ipv4PrefixCount": 0, "ipv6AddressCount": 0, "ipv6PrefixCount": 0,
                      "enablePrimaryIPv6": false, "adopt": false,
                      "hostAddressing": "None", "dpdkBinding": "Always"
                    }
                    """
                )!
                .AsObject()
        )
        {
            expected[name] = value!.DeepClone();
        }

        Assert.True(JsonNode.DeepEquals(expected, obj["spec"]), obj.ToJsonString());
    }

    [Fact]
    public void The_fields_of_the_first_example_of_the_specification_are_accepted()
    {
        var obj = With(
            """
            enableDPDK: true
            dpdkDriver: "vfio-pci"
            dpdkResourceName: "intel.com/intel_sriov_netdevice_1"
            dpdkPCIAddress: "0000:00:06.0"
            """
        );

        Assert.Empty(ProductSchemas.NodeEni.Prune(obj));
        Assert.Empty(ProductSchemas.NodeEni.Admit(obj));
    }

    [Fact]
    public void An_object_from_before_a_rule_can_still_get_its_status_written()
    {
        var old = With("mtu: 70000");
        ProductSchemas.NodeEni.ApplyDefaults(old);
        var now = old.DeepClone().AsObject();
        now["status"] = new JsonObject { ["matchedNodes"] = 3 };

        Assert.Empty(ProductSchemas.NodeEni.Validate(now, old));

        now["spec"]!["mtu"] = 70001;
        Assert.Equal([$"spec.mtu: Invalid value: 70001: {Mtu}"], ProductSchemas.NodeEni.Validate(now, old).Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("attachments: [{nodeID: node-1, instanceID: i, eniID: e, attachmentID: a}]", "status.attachments[0].status: Required value")]
    [InlineData(
        "conditions: [{type: Ready, status: 'Yes', reason: r, message: m, lastTransitionTime: '2026-01-01T00:00:00Z'}]",
        "status.conditions[0].status: Unsupported value: \"Yes\": supported values: \"True\", \"False\", \"Unknown\""
    )]
    [InlineData(
        "conditions: [{type: Ready, status: 'True', reason: r, message: m, lastTransitionTime: yesterday}]",
        "status.conditions[0].lastTransitionTime: Invalid value: \"yesterday\": conditions[0].lastTransitionTime in body must be of type date-time: \"yesterday\""
    )]
    [InlineData(
        "matchedNodes: 3000000000",
        "<nil>: Invalid value: \"\": Checked value must be of type integer with format int32 in status.matchedNodes"
    )]
    public void A_malformed_status_is_refused(string status, string finding)
    {
        var obj = ProductSchemas.ValidNodeEni();
        obj["status"] = YamlDocuments.Parse(status)[0];

        Assert.Equal(finding, ProductSchemas.NodeEni.Admit(obj)[0].ToString());
    }

    [Fact]
    public void Two_conditions_of_one_type_are_refused()
    {
        var obj = ProductSchemas.ValidNodeEni();
        const string Condition = "{type: Ready, status: 'True', reason: r, message: m, lastTransitionTime: '2026-01-01T00:00:00Z'}";
        obj["status"] = YamlDocuments.Parse($"conditions: [{Condition}, {Condition}]")[0];

        Assert.Equal(
            new FieldError("status.conditions[1]", FieldErrorReasons.Duplicate, "Duplicate value: {\"type\":\"Ready\"}"),
            Assert.Single(ProductSchemas.NodeEni.Admit(obj))
        );
    }

    private static JsonObject With(string fields)
    {
        var obj = ProductSchemas.ValidNodeEni();
        foreach (var (name, value) in YamlDocuments.Parse(fields)[0])
        {
            obj["spec"]![name] = value?.DeepClone();
        }

        return obj;
    }

    private static string First(string field, JsonNode value)
    {
        var obj = ProductSchemas.ValidNodeEni();
        obj["spec"]![field] = value;
        return ProductSchemas.NodeEni.Admit(obj)[0].ToString();
    }

    private static JsonArray Repeat(int count) => new([.. Enumerable.Range(0, count).Select(i => (JsonNode)$"x{i}")]);

    private static JsonObject RepeatMap(int count) => new(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"x{i}", (JsonNode?)"y")));
}
