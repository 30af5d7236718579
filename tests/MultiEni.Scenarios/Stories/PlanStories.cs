using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Tests;
using MultiEni.Controller.Planning;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What <c>kubectl eni plan</c> says is what then happens. Needs the simulated cluster.
/// </summary>
public class PlanStories
{
    private const int Edits = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [NeedsSimulatedApiServer]
    public async Task A_plan_and_the_controller_agree_on_random_edits(int seed)
    {
        var random = new Random(seed);
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 4,
                Zones = 2,
                Acceleration = 30,
                ApiServer = new KubernetesApiChoice.Simulator(),
            }
        );
        for (var edit = 0; edit < Edits; edit++)
        {
            var name = random.Next(2) == 0 ? "one" : "two";
            var exists = await stage.NodeEniAsync(name) is not null;
            var deletes = exists && random.Next(4) == 0;
            var yaml = NodeEni(name, random, stage);
            var plan = await PlanAsync(stage, yaml, deletes);
            var before = await SeenAsync(stage);
            var unattached = stage.OurEnis.Where(eni => eni.Attachment is null).Select(eni => eni.Id).ToHashSet();
            if (deletes)
            {
                await stage.DeleteNodeEniAsync(name);
            }
            else
            {
                await stage.ApplyAsync(yaml);
            }

            var expected = Expected(plan);
            await stage.UntilAsync(
                async () =>
                    Happened(before, await SeenAsync(stage), unattached).SequenceEqual(expected)
                    && HasAddresses(stage, plan)
                    && await IsSettledAsync(stage, plan),
                $"edit {edit} of {name} to do what was planned\n{yaml}\n{string.Join('\n', expected)}\nrefused: {plan["totals"]!["refused"]}"
            );
            if (deletes)
            {
                await stage.UntilGoneAsync(name);
            }
        }
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task EC2_that_does_not_answer_is_a_failure_of_the_plan_and_no_refusal()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, ApiServer = new KubernetesApiChoice.Simulator() });
        await stage.StopControllerAsync();
        stage.Cluster.Ec2.Faults.FailNext("DescribeSubnets", 1000, "UnauthorizedOperation", status: 403);
        var run = await RunAsync(stage, Manifests.NodeEni("data"), deletes: false);
        Assert.Equal("", run.Output);
        Assert.Contains("DescribeSubnets", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("the controller", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.Code);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_plan_changes_nothing()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, ApiServer = new KubernetesApiChoice.Simulator() });
        await stage.ApplyAsync(Manifests.NodeEni("data"));
        await stage.UntilReadyAsync("data", 1);
        var version = stage.Cluster.Kubernetes.Store.ResourceVersion;
        var calls = stage.Cluster.Ec2.Counters.Snapshot();
        await stage.StopControllerAsync();

        var plan = await PlanAsync(stage, Manifests.NodeEni("data", "deviceIndex: 3"), deletes: false);

        Assert.Equal(1, plan["totals"]!["replace"]!.GetValue<int>());
        var after = stage.Cluster.Ec2.Counters.Snapshot();
        foreach (
            var action in (string[])["CreateNetworkInterface", "DetachNetworkInterface", "DeleteNetworkInterface", "ModifyNetworkInterfaceAttribute"]
        )
        {
            Assert.Equal(calls[action].Total, after[action].Total);
        }

        Assert.Equal(version, stage.Cluster.Kubernetes.Store.ResourceVersion);
    }

    private static string NodeEni(string name, Random random, Stage stage)
    {
        var network = stage.Cluster.Network;
        var subnets = network.EniSubnets.Concat(network.MultusSubnets).Select(subnet => subnet.Id).Where(_ => random.Next(2) == 0).ToList();
        if (subnets.Count == 0)
        {
            subnets.Add(network.EniSubnets[0].Id);
        }

        List<string> lines =
        [
            $"mtu: {(random.Next(2) == 0 ? 0 : 9001)}",
            $"deviceIndex: {1 + random.Next(3)}",
            $"secondaryPrivateIPCount: {random.Next(3)}",
            $"sourceDestCheck: {(random.Next(2) == 0 ? "true" : "false")}",
            $"tags: {{team: team-{random.Next(2)}}}",
            // Not random: what is no longer retained is a leak, which goes some time later.
            .. name == "one" ? (string[])["retainPolicy: Retain", "deleteOnTermination: false"] : [],
            "podAddresses: {warm: 3}",
        ];
        var zone = network.EniSubnets[random.Next(network.EniSubnets.Count)].AvailabilityZone;
        var selector = random.Next(2) == 0 ? "ng: multi-eni" : $"{NodeIdentity.ZoneLabel}: {zone}";
        return Manifests
            .Selecting(name, selector, [.. lines])
            .Replace("subnetID: subnet-12345678", $"subnetIDs: [{string.Join(", ", subnets)}]", StringComparison.Ordinal);
    }

    private static async Task<JsonNode> PlanAsync(Stage stage, string yaml, bool deletes)
    {
        var run = await RunAsync(stage, yaml, deletes);
        Assert.Equal("", run.Error);
        var plan = JsonNode.Parse(run.Output)!;
        Assert.Equal(plan["totals"]!["refused"]!.GetValue<int>() > 0 ? 2 : 0, run.Code);
        return plan;
    }

    private static async Task<CommandRun> RunAsync(Stage stage, string yaml, bool deletes)
    {
        // The SDK's chain reads the process's own environment.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Stage.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "simulated");
        return await CommandRun.With(
            new CommandRunOptions
            {
                Time = stage.Time,
                Input = yaml,
                Environment = new() { ["AWS_REGION"] = "us-east-1", ["AWS_ENDPOINT_URL_EC2"] = stage.Cluster.Ec2.BaseAddress.ToString() },
            },
            [
                "plan",
                "--kubeconfig",
                stage.Cluster.KubeconfigPath,
                "--against-cluster",
                "-f",
                "-",
                "-o",
                "json",
                .. deletes ? ["--delete"] : Array.Empty<string>(),
            ]
        );
    }

    private static bool HasAddresses(Stage stage, JsonNode plan) =>
        plan["subnets"]!
            .AsArray()
            .All(subnet =>
                stage.Cluster.Ec2.World.Subnets.Single(row => row.Id == subnet!["subnetId"]!.ToString()).FreeAddresses
                == subnet!["freeAfter"]!.GetValue<int>()
            );

    private static List<string> Expected(JsonNode plan) =>
        [
            .. plan["nodeEnis"]!
                .AsArray()
                .SelectMany(nodeEni =>
                    nodeEni!["nodes"]!
                        .AsArray()
                        .SelectMany(node =>
                            node!["enis"]!
                                .AsArray()
                                .Select(eni =>
                                    $"{eni!["action"]} {nodeEni["name"]}/{node["name"]}/{eni["subnetId"]}"
                                    + (eni["action"]!.ToString() == "create" && eni["origin"]!.ToString() == "Retained" ? $" {eni["eniId"]}" : "")
                                )
                        )
                )
                .Order(StringComparer.Ordinal),
        ];

    private static List<string> Happened(Dictionary<string, Seen> before, Dictionary<string, Seen> after, HashSet<string> unattached) =>
        [
            .. before
                .Keys.Union(after.Keys)
                .Select(key =>
                    (before.GetValueOrDefault(key), after.GetValueOrDefault(key)) switch
                    {
                        (null, { EniId: { } taken }) when unattached.Contains(taken) => $"create {key} {taken}",
                        (null, _) => $"create {key}",
                        (_, null) => $"remove {key}",
                        var (old, now) when old.Uid != now.Uid => $"replace {key}",
                        var (old, now) when old.Generation != now.Generation => $"change {key}",
                        _ => "",
                    }
                )
                .Where(text => text.Length > 0)
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<Dictionary<string, Seen>> SeenAsync(Stage stage)
    {
        var seen = new Dictionary<string, Seen>(StringComparer.Ordinal);
        foreach (var nodeEni in (string[])["one", "two"])
        {
            foreach (var attachment in await stage.AttachmentsAsync(nodeEni))
            {
                seen[$"{nodeEni}/{attachment.Spec!.NodeName}/{attachment.Spec.SubnetId}"] = new(
                    attachment.Metadata.Uid,
                    attachment.Metadata.IsBeingDeleted ? null : attachment.Status?.Network?.EniId,
                    attachment.Metadata.Generation
                );
            }
        }

        return seen;
    }

    // Ready, unless the plan refused something; and nothing is under way.
    private static async Task<bool> IsSettledAsync(Stage stage, JsonNode plan)
    {
        foreach (var nodeEni in plan["nodeEnis"]!.AsArray().Where(item => item!["action"]!.GetValue<string>() != "remove"))
        {
            var refused = nodeEni!["nodes"]!.AsArray().Any(node => node!["problems"]!.AsArray().Count > 0);
            if (
                await stage.NodeEniAsync(nodeEni["name"]!.GetValue<string>()) is not { Status: { } status, Metadata: var metadata }
                || status.ObservedGeneration != metadata.Generation
                || status.Conditions.IsTrue(ConditionTypes.Progressing)
                || (nodeEni["source"] is not null && status.Conditions.IsTrue(ConditionTypes.Ready) == refused)
            )
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Seen(string? Uid, string? EniId, long? Generation);
}
