using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;

namespace MultiEni.Cli.Tests.Doctor;

/// <summary>
/// What stands beside the product and does not know of it: network definitions with other IPAM
/// plugins, and the number of pods that a kubelet accepts.
/// </summary>
public class NetworkChecksTests
{
    private const string Node = "n1";

    [Theory]
    [InlineData("""{"type":"ipvlan","master":"nodeeni-data","ipam":{"type":"whereabouts"}}""", "nodeeni-data", "whereabouts", null)]
    [InlineData("""{"plugins":[{"type":"tuning"},{"type":"ipvlan","master":"eth1","ipam":{"type":"static"}}]}""", "eth1", "static", null)]
    [InlineData("""{"type":"host-device","device":"eth1","ipam":{"type":"dhcp"}}""", "eth1", "dhcp", null)]
    [InlineData("""{"type":"host-device","ipam":{"type":"eni-ipam","nodeENI":"data"}}""", null, "eni-ipam", "data")]
    public void A_configuration_says_which_link_and_which_IPAM(string config, string? link, string ipam, string? nodeEni) =>
        Assert.Equal(new NetworkConfig(link, ipam, nodeEni), Assert.Single(NetworkConfig.Parse(config)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData("""{"type":"ipvlan","master":"eth1"}""")]
    [InlineData("""{"type":"ipvlan","master":"eth1","ipam":{}}""")]
    [InlineData("""{"type":"ipvlan","master":"eth1","ipam":"whereabouts"}""")]
    [InlineData("""{"plugins":["ipvlan"]}""")]
    public void A_configuration_without_IPAM_has_none(string? config) => Assert.Empty(NetworkConfig.Parse(config));

    [Theory]
    [InlineData("nodeeni-data", "whereabouts", null)]
    [InlineData("eth1", "host-local", null)]
    [InlineData("eni-00000000000000001", "dhcp", null)]
    [InlineData(null, "static", "intel.com/sriov_dpdk")]
    public async Task Another_IPAM_on_the_ENI_of_a_NodeENI_with_podAddresses_is_found(string? master, string ipam, string? resource)
    {
        await using var cluster = await WithEniAsync();
        cluster.Patch("nodeenis.networking.k8s.aws", "data", """{"spec":{"podAddresses":{"warm":1}}}""", status: false);
        Define(cluster, "theirs", master, ipam, resource);

        var finding = Assert.Single(await FindingsAsync(cluster, NetworkIpamCheck.Name));

        Assert.Equal("nodeeni data", finding["object"]!.GetValue<string>());
        Assert.Contains($"{ipam} in default/theirs gives out its addresses too", finding["seen"]!.GetValue<string>());
        Assert.Contains("eni-ipam", finding["remedies"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_IPAMs_on_one_link_are_found()
    {
        await using var cluster = await WithEniAsync();
        Define(cluster, "one", "nodeeni-data", "eni-ipam");
        Define(cluster, "two", "eth1", "whereabouts");

        var finding = Assert.Single(await FindingsAsync(cluster, NetworkIpamCheck.Name));

        Assert.Contains("eni-ipam in default/one, whereabouts in default/two", finding["seen"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("eni-ipam", "eni-ipam", "nodeeni-data")]
    [InlineData("whereabouts", "whereabouts", "nodeeni-data")]
    // Of another link.
    [InlineData("eni-ipam", "whereabouts", "eth0")]
    public async Task One_IPAM_for_a_NodeENI_is_fine(string one, string two, string master)
    {
        await using var cluster = await WithEniAsync();
        Define(cluster, "one", "nodeeni-data", one);
        Define(cluster, "two", master, two);

        Assert.Empty(await FindingsAsync(cluster, NetworkIpamCheck.Name));
    }

    // max-pods of an m5.xlarge with all of its four ENIs: 4 × 14 + 2.
    [Theory]
    [InlineData("", 58, 44)]
    [InlineData("", 44, null)]
    [InlineData("MAX_ENI=2", 58, 30)]
    [InlineData("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true", 58, 30)]
    [InlineData("ENABLE_PREFIX_DELEGATION=true", 110, null)]
    [InlineData("ENABLE_PREFIX_DELEGATION=true", 900, 674)]
    [InlineData("ENABLE_IPv6=true", 110, null)]
    public async Task More_pods_than_the_VPC_CNI_has_addresses_for_beside_our_ENIs_are_found(string setting, int accepted, int? addresses)
    {
        await using var cluster = await WithEniAsync();
        VpcCni(cluster, setting);
        Accept(cluster, "m5.xlarge", accepted);

        var findings = await FindingsAsync(cluster, PodCapacityCheck.Name);

        Assert.Equal(addresses is null ? 0 : 1, findings.Count);
        if (addresses is not null)
        {
            Assert.Equal(
                $"The kubelet accepts {accepted} pods, but 1 of the 4 ENIs of m5.xlarge are those of NodeENIs, and the VPC CNI has addresses for {addresses} pods. "
                    + "Pods beyond that stay in ContainerCreating.",
                findings[0]["seen"]!.GetValue<string>()
            );
            Assert.Contains($"`maxPods: {addresses}`", findings[0]["remedies"]![0]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Without_the_VPC_CNI_or_for_an_unknown_type_nothing_is_said_of_pods()
    {
        await using var cluster = await WithEniAsync();
        Accept(cluster, "m5.xlarge", 58);
        Assert.Empty(await FindingsAsync(cluster, PodCapacityCheck.Name));

        VpcCni(cluster, "");
        Assert.Single(await FindingsAsync(cluster, PodCapacityCheck.Name));
        Accept(cluster, "x99.future", 58);
        Assert.Empty(await FindingsAsync(cluster, PodCapacityCheck.Name));
    }

    [Theory]
    [InlineData(4, 0, 58)]
    [InlineData(4, 2, 30)]
    // The primary ENI is always there.
    [InlineData(4, 4, 16)]
    public void Each_ENI_of_ours_takes_the_addresses_of_one(int enis, int ours, int pods) =>
        Assert.Equal(pods, PodCapacityCheck.Pods(enis, ours, addressesPerEni: 15, new WorkloadContainer()));

    private static async Task<TestCluster> WithEniAsync()
    {
        var cluster = await TestCluster.StartInstalledAsync();
        cluster.Server.Store.Create(
            "customresourcedefinitions.apiextensions.k8s.io",
            JsonNode
                .Parse(
                    """
                    {"metadata":{"name":"network-attachment-definitions.k8s.cni.cncf.io"},
                     "spec":{"group":"k8s.cni.cncf.io","scope":"Namespaced",
                      "names":{"plural":"network-attachment-definitions","singular":"network-attachment-definition","kind":"NetworkAttachmentDefinition",
                       "listKind":"NetworkAttachmentDefinitionList"},
                      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
                       "spec":{"type":"object","properties":{"config":{"type":"string"}}}}}}}]}}
                    """
                )!
                .AsObject()
        );
        return cluster.NodeEni("data", 1, 1, 1, TestCluster.Ready(1, 1)).Eni("data", Node, 1, driver: "ena", use: DeviceUses.Advertised);
    }

    private static void Define(TestCluster cluster, string name, string? master, string ipam, string? resource = null)
    {
        var config = new JsonObject
        {
            ["type"] = "any",
            ["ipam"] = new JsonObject { ["type"] = ipam },
        };
        if (master is not null)
        {
            config["master"] = master;
        }

        var metadata = new JsonObject { ["name"] = name, ["namespace"] = "default" };
        if (resource is not null)
        {
            metadata["annotations"] = new JsonObject { ["k8s.v1.cni.cncf.io/resourceName"] = resource };
        }

        cluster.Server.Store.Create(
            "network-attachment-definitions.k8s.cni.cncf.io",
            new JsonObject
            {
                ["metadata"] = metadata,
                ["spec"] = new JsonObject { ["config"] = config.ToJsonString() },
            }
        );
    }

    private static void VpcCni(TestCluster cluster, string setting)
    {
        var variables = setting.Split('=') is [var name, var value] ? $$"""{"name":"{{name}}","value":"{{value}}"}""" : "";
        cluster
            .Workload("daemonsets", "kube-system", "aws-node", "aws-node", "aws-node:1")
            .Patch(
                "daemonsets.apps",
                "aws-node",
                $$$"""{"spec":{"template":{"spec":{"containers":[{"name":"aws-node","image":"aws-node:1","env":[{{{variables}}}]}] } } } }""",
                status: false,
                home: "kube-system"
            );
    }

    private static void Accept(TestCluster cluster, string type, int pods) =>
        cluster
            .Patch("nodes", Node, $$$"""{"metadata":{"labels":{"node.kubernetes.io/instance-type":"{{{type}}}"} } }""", status: false, home: "")
            .Patch("nodes", Node, $$$"""{"status":{"allocatable":{"pods":"{{{pods}}}"} } }""", home: "");

    private static async Task<List<JsonNode>> FindingsAsync(TestCluster cluster, string check)
    {
        var run = await cluster.RunAsync("doctor", "-o", "json");
        return
        [
            .. JsonNode.Parse(run.Output)!["findings"]!.AsArray().OfType<JsonNode>().Where(finding => finding["check"]!.GetValue<string>() == check),
        ];
    }
}
