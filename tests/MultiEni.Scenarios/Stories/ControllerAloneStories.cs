using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Operator.Client;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// The controller against simulated EC2 and a Kubernetes API without nodes: there are no kubelets
/// and no ENI managers, so these stories end at the attached ENI.
/// </summary>
public class ControllerAloneStories
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plain_ENIs_are_attached_changed_and_taken_away_on_the_chosen_Kubernetes_API()
    {
        var choice = KubernetesApiChoice.From(Environment.GetEnvironmentVariable, File.Exists);
        // Other processes have the clock of the machine.
        var time = new AcceleratedTime(choice is KubernetesApiChoice.Simulator ? 10 : 1);
        await using var kubernetes = await ChosenKubernetesApi.StartAsync(choice, time, Stop);
        await using var ec2 = await Ec2Simulator.StartAsync(new Ec2SimulatorOptions { TimeProvider = time }, Stop);
        using var api = new ClusterApi(kubernetes.KubeconfigPath);
        await SetUpAsync(ec2.World, api);
        using var controller = RunningProgram.Start("controller", token => Controller(kubernetes, ec2, time).RunAsync(token));

        await api.ApplyAsync(Manifests.NodeEni("plain"), Stop);
        await UntilAsync(async () => await AttachedAsync(api) == 2 && Ours(ec2.World).Count == 2, "two ENIs are attached", api, controller);
        Assert.All(Ours(ec2.World), row => Assert.Equal((1, "plain"), (row.Attachment!.DeviceIndex, row.Tags["NodeENI"])));

        await api.ApplyAsync(Manifests.NodeEni("plain", "description: changed"), Stop);
        await UntilAsync(
            () => Task.FromResult(Ours(ec2.World).All(row => row.Description == "changed")),
            "the description has changed in EC2",
            api,
            controller
        );
        Assert.Equal(0, ec2.Counters.Snapshot()["DetachNetworkInterface"].Total);

        await api.DeleteNodeEniAsync("plain", Stop);
        await UntilAsync(
            async () => (await api.NodeEnisAsync(Stop)).Count == 0 && (await api.AttachmentsAsync(Stop)).Count == 0,
            "both resources are gone",
            api,
            controller
        );
        Assert.Empty(Ours(ec2.World));
        await controller.StopAsync();
    }

    private static ControllerApp Controller(ChosenKubernetesApi kubernetes, Ec2Simulator ec2, TimeProvider time) =>
        new(
            new ControllerSettings
            {
                MetricsAddress = "0",
                LeaderElection = false,
                Identity = "controller",
            },
            KubernetesConfig.Load(kubernetes.KubeconfigPath, _ => null),
            new Ec2ClientOptions
            {
                Region = "us-east-1",
                Endpoint = ec2.BaseAddress,
                AccessKey = new FixedAccessKey("AKIASIMULATED", "simulated"),
            },
            NullLoggerFactory.Instance,
            time
        );

    private static async Task SetUpAsync(Ec2World world, ClusterApi api)
    {
        var vpc = world.AddVpc().Id;
        var tags = new Dictionary<string, string>();
        var nodes = world.AddSubnet(vpc, "us-east-1a", "10.0.0.0/24", tags).Id;
        world.AddSubnet(vpc, "us-east-1a", "10.0.1.0/24", tags, ipv6Cidr: null, "subnet-12345678");
        world.AddSecurityGroup(vpc, "enis", tags, "sg-12345678");
        foreach (var name in new[] { "node-1", "node-2" })
        {
            var labels = new JsonObject { ["ng"] = "multi-eni", ["node.kubernetes.io/instance-type"] = "m5.xlarge" };
            labels["topology.kubernetes.io/zone"] = "us-east-1a";
            await api.CreateAsync(
                "/api/v1/nodes",
                new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Node",
                    ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
                    ["spec"] = new JsonObject { ["providerID"] = $"aws:///us-east-1a/{world.RunInstance("m5.xlarge", nodes, tags)}" },
                },
                Stop
            );
        }
    }

    private static IReadOnlyList<NetworkInterface> Ours(Ec2World world) =>
        [.. world.NetworkInterfaces.Where(row => row.Tags.ContainsKey("networking.k8s.aws/slot"))];

    private static async Task<int> AttachedAsync(ClusterApi api) =>
        (await api.AttachmentsAsync(Stop)).Count(attachment =>
            attachment.Status is { Network.State: EniState.Attached } status && status.Conditions.IsTrue(ConditionTypes.Attached)
        );

    private static async Task UntilAsync(Func<Task<bool>> condition, string what, ClusterApi api, RunningProgram controller)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (controller.Failure is not null || TimeProvider.System.GetElapsedTime(begin) > TimeSpan.FromSeconds(60))
            {
                var found = (await api.AttachmentsAsync(Stop)).Select(attachment =>
                    $"{attachment.Metadata.Name}: {attachment.Status?.Conditions.Find(ConditionTypes.Attached)}"
                );
                Assert.Fail($"waited in vain until {what}\n{controller.Failure}\n{string.Join('\n', found)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
    }
}
