using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Amazon.EC2;
using Amazon.EC2.Model;
using MultiEni.Api;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A cluster that the Go controller ran before: its NodeENI with status, its ENIs with its tags and
/// without ours (docs/reference/go-controller.md#objects-and-tags).
/// </summary>
public class UpgradeStories
{
    private static readonly string[] Untouched = ["CreateNetworkInterface", "DetachNetworkInterface", "DeleteNetworkInterface"];

    [Fact]
    public async Task What_the_Go_controller_left_is_used_on_without_a_detach()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false });
        await stage.ApplyAsync(Manifests.NodeEni("multus", "deviceIndex: 2", "mtu: 9001"));
        var left = await LeaveAsync(stage, "multus", deviceIndex: 2);
        var before = Untouched.Select(stage.Calls).ToList();

        Start(stage);
        await stage.UntilReadyAsync("multus", 2);

        Assert.Equal(before, Untouched.Select(stage.Calls));
        Assert.Equal(left.Order(), stage.OurEnis.Select(row => row.Id).Order());
        Assert.Equal(left.Order(), (await stage.NodeEniAsync("multus"))!.Status!.Attachments!.Select(entry => entry.EniId!).Order());
        foreach (var attachment in await stage.AttachmentsAsync("multus"))
        {
            Assert.Equal(9001, stage.Link(attachment).Mtu);
        }

        await stage.DeleteNodeEniAsync("multus");
        await stage.UntilGoneAsync("multus");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_device_that_its_agent_bound_is_recognised_and_offered_again()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false, Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        var eni = Assert.Single(await LeaveAsync(stage, "dpdk", deviceIndex: 1));
        var host = stage.Cluster.Host(stage.Nodes[0]);
        var mac = stage.Cluster.Ec2.World.FindNetworkInterface(eni)!.MacAddress;
        var address = host.DeviceByMac(mac)!.Address;
        await host.WriteAsync("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "1", Stage.Stop);
        await host.WriteAsync($"/sys/bus/pci/devices/{address}/driver_override", "vfio-pci", Stage.Stop);
        await host.WriteAsync($"/sys/bus/pci/devices/{address}/driver/unbind", address, Stage.Stop);
        await host.WriteAsync("/sys/bus/pci/drivers_probe", address, Stage.Stop);
        await stage.UntilAsync(() => host.Device(address)!.Driver == "vfio-pci", "the device is bound as an agent would have");

        Start(stage);
        await stage.UntilReadyAsync("dpdk", 1);

        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
        Assert.Equal("1", await stage.AllocatableAsync(stage.Nodes[0], Manifests.Resource));
        await stage.DeleteNodeEniAsync("dpdk");
        await stage.UntilGoneAsync("dpdk");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task On_a_definition_of_the_Go_controller_nothing_is_done_until_it_is_replaced()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false, Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("multus"));
        var definition = ApiPaths.Of("CustomResourceDefinition", NodeEnis);
        var current = (await stage.Api.FindAsync(definition, Stage.Stop))!;
        await stage.Api.ChangeAsync(definition, live => SchemaOf(live)["status"]!["properties"]!.AsObject().Remove("conditions"), Stage.Stop);

        var address = FreeAddress();
        stage.StartController(change: settings => settings with { MetricsAddress = address });
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        var said = "";
        await stage.UntilAsync(
            async () => (said = await ReadinessAsync(http)).Contains("does not know", StringComparison.Ordinal),
            "the controller says what it waits for"
        );
        Assert.Contains($"the cluster's definition of {NodeEnis} is older than this controller and does not know status.conditions. Apply", said);
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz", Stage.Stop));
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
        Assert.Null((await stage.NodeEniAsync("multus"))!.Metadata.Finalizers);

        await stage.Api.ChangeAsync(definition, live => live["spec"] = current["spec"]!.DeepClone(), Stage.Stop);
        stage.StartManager(stage.Nodes[0]);
        await stage.UntilReadyAsync("multus", 1);
        Assert.Equal("ok\n", await http.GetStringAsync("/readyz", Stage.Stop));
    }

    private const string NodeEnis = "nodeenis.networking.k8s.aws";

    private static JsonNode SchemaOf(JsonObject definition) => definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!;

    private static async Task<string> ReadinessAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/readyz", Stage.Stop);
            return await answer.Content.ReadAsStringAsync(Stage.Stop);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    [Fact]
    public async Task An_ENI_that_vanished_after_the_first_sweep_is_not_adopted_and_another_one_is_made()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                StartsPrograms = false,
                Nodes = 1,
                Acceleration = 30,
            }
        );
        // Another node group's label for now: nobody adopts it before it vanishes.
        await stage.ApplyAsync(Manifests.NodeEni("late").Replace("ng: multi-eni", "ng: none"));
        var left = Assert.Single(await LeaveAsync(stage, "late", deviceIndex: 1));
        Start(stage);
        await stage.UntilReasonAsync("late", ConditionTypes.Ready, Reasons.NoMatchingNodes);
        using (var ec2 = stage.NewEc2Client("AKIAGO"))
        {
            var attachment = stage.Cluster.Ec2.World.FindNetworkInterface(left)!.Attachment!.Id;
            await ec2.DetachNetworkInterfaceAsync(new() { AttachmentId = attachment }, Stage.Stop);
            await stage.UntilAsync(() => stage.Cluster.Ec2.World.FindNetworkInterface(left)!.Attachment is null, "it is detached");
            await ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = left }, Stage.Stop);
        }

        await stage.ApplyAsync(Manifests.NodeEni("late"));

        await stage.UntilReadyAsync("late", 1);
        Assert.Equal(0, stage.Calls("CreateTags"));
        Assert.NotEqual(left, Assert.Single(stage.OurEnis).Id);
        await stage.DeleteNodeEniAsync("late");
        await stage.UntilGoneAsync("late");
    }

    private static void Start(Stage stage)
    {
        stage.StartController();
        foreach (var node in stage.Nodes)
        {
            stage.StartManager(node);
        }
    }

    /// <summary>One ENI a node, as the Go controller makes, tags and writes them down.</summary>
    private static async Task<List<string>> LeaveAsync(Stage stage, string nodeEni, int deviceIndex)
    {
        using var ec2 = stage.NewEc2Client("AKIAGO");
        var enis = new List<string>();
        var attachments = new JsonArray();
        foreach (var node in stage.Cluster.Nodes)
        {
            var created = await ec2.CreateNetworkInterfaceAsync(
                new()
                {
                    SubnetId = "subnet-12345678",
                    Groups = ["sg-12345678"],
                    Description = $"ENI created by nodeeni-controller for node {node.Name}",
                    TagSpecifications = [new() { ResourceType = ResourceType.NetworkInterface, Tags = Tags(nodeEni, node) }],
                },
                Stage.Stop
            );
            var id = created.NetworkInterface.NetworkInterfaceId;
            var attached = await ec2.AttachNetworkInterfaceAsync(
                new()
                {
                    InstanceId = node.InstanceId,
                    NetworkInterfaceId = id,
                    DeviceIndex = deviceIndex,
                },
                Stage.Stop
            );
            enis.Add(id);
            attachments.Add(
                new JsonObject
                {
                    ["nodeID"] = node.Name,
                    ["instanceID"] = node.InstanceId,
                    ["eniID"] = id,
                    ["attachmentID"] = attached.AttachmentId,
                    ["subnetID"] = "subnet-12345678",
                    ["subnetCIDR"] = "10.0.0.0/24",
                    ["deviceIndex"] = deviceIndex,
                    ["status"] = "attached",
                    ["lastUpdated"] = "2025-07-03T12:00:00Z",
                }
            );
        }

        await stage.UntilAsync(
            () =>
                enis.TrueForAll(id =>
                    stage.Cluster.Ec2.World.FindNetworkInterface(id) is { Attachment.Status: Simulator.Ec2.AttachmentStatus.Attached } row
                    && stage.Cluster.Nodes.Any(node => stage.Cluster.Host(node.Name).DeviceByMac(row.MacAddress) is { Driver: not null })
                ),
            "the ENIs are attached"
        );
        // Its service account has the name that the controller's has here; nobody else may write a
        // status.
        using var before = new ClusterApi(stage.Cluster.ControllerEnvironment()["KUBECONFIG"]);
        await before.WriteStatusAsync(nodeEni, new JsonObject { ["attachments"] = attachments }, Names.NodeEniFinalizer, Stage.Stop);
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "upgrade-policy.json");
        return enis;
    }

    private static List<Tag> Tags(string nodeEni, SimulatedClusterNode node) =>
        [
            new("Name", $"nodeeni-{nodeEni}-{node.Name}-12345678"),
            new("NodeENI", nodeEni),
            new("Node", node.Name),
            new("SubnetID", "subnet-12345678"),
            new("kubernetes.io/cluster/managed-by", "nodeeni-controller"),
            new("node.k8s.amazonaws.com/no_manage", "true"),
        ];
}
