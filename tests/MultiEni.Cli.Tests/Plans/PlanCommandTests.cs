using System.Text.Json.Nodes;

namespace MultiEni.Cli.Tests.Plans;

/// <summary>The command as in a pipeline without a cluster.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private const string NodeEni = """
        apiVersion: networking.k8s.aws/v1alpha1
        kind: NodeENI
        metadata: {name: data}
        spec:
          nodeSelector: {ng: multi-eni}
          subnetIDs: [subnet-0a]
          securityGroupIDs: [sg-0a]
        """;

    private const string Subnets = """
        {"Subnets": [
          {"SubnetId": "subnet-0a", "VpcId": "vpc-1", "AvailabilityZone": "eu-1a", "CidrBlock": "10.0.0.0/24", "AvailableIpAddressCount": 200},
          {"SubnetId": "subnet-0d", "VpcId": "vpc-1", "AvailabilityZone": "eu-1a", "CidrBlock": "10.0.2.0/24", "AvailableIpAddressCount": 200},
          {"SubnetId": "subnet-0c", "VpcId": "vpc-1", "AvailabilityZone": "eu-1c", "CidrBlock": "10.0.1.0/24", "AvailableIpAddressCount": 200}
        ]}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plan-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_new_NodeENI_is_a_tree_with_sums()
    {
        var run = await OfflineAsync(NodeEni);
        Assert.Equal("", run.Error);
        Assert.Equal(
            """
            + NodeENI data, 2 nodes
            └─ eu-1a
               ├─ node-00 (m5.large)
               │  └─ + ENI in subnet-0a, device index 1
               └─ node-01 (m5.large)
                  └─ + ENI in subnet-0a, device index 1

            Plan: 2 to create, 0 to change, 0 to replace, 0 to remove, 0 unchanged.
            Free addresses of subnet-0a (eu-1a): 200 → 198
            EC2 calls: 2 AttachNetworkInterface, 2 CreateNetworkInterface, 2 ModifyNetworkInterfaceAttribute
            Least time by EC2's request quotas: no wait, or no wait with quotas raised threefold
            Note: Security groups, and which settings the instance types support, were not looked up: without --nodes they are, in EC2.

            """,
            run.Output
        );
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public async Task A_change_is_compared_with_what_is_there()
    {
        var run = await OfflineAsync(NodeEni + "\n  mtu: 9001", "--current", Write("current.yaml", NodeEni));
        Assert.Contains("~ NodeENI data, 2 nodes\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("~ ENI in subnet-0a, device index 1\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("mtu: 0 → 9001\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("0 to create, 2 to change", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("EC2 calls", run.Output, StringComparison.Ordinal);

        var unchanged = await OfflineAsync(NodeEni, "--current", Write("current.yaml", NodeEni));
        Assert.Contains("= NodeENI data, 2 nodes\n   2 ENIs unchanged\n", unchanged.Output, StringComparison.Ordinal);
        var deleted = await OfflineAsync(NodeEni, "--delete", "--current", Write("current.yaml", NodeEni));
        Assert.Contains("− NodeENI data", deleted.Output, StringComparison.Ordinal);
        Assert.Contains("EC2 calls: 2 DeleteNetworkInterface, 2 DetachNetworkInterface", deleted.Output, StringComparison.Ordinal);
        Assert.Contains("200 → 202", deleted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_can_be_asked_offline_is_taken_for_granted_and_said()
    {
        var run = await OnAsync("x99.large", 1, NodeEni + "\n  connectionTracking: {tcpEstablishedTimeout: 3600}");
        Assert.Contains("Plan: 1 to create", run.Output, StringComparison.Ordinal);
        Assert.Contains("The limits of x99.large are not in the table of this program and were not checked.", run.Output, StringComparison.Ordinal);
        Assert.Contains("which settings the instance types support", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public async Task What_is_in_no_file_stays_or_is_pruned()
    {
        var current = Write("current.yaml", $"{NodeEni}\n---\n{NodeEni.Replace("name: data", "name: former", StringComparison.Ordinal)}");
        var kept = await OfflineAsync(NodeEni, "--current", current);
        Assert.Contains("In no file of -f, and left as they are: former.", kept.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("− NodeENI", kept.Output, StringComparison.Ordinal);

        var pruned = await OfflineAsync(NodeEni, "--prune", "--current", current);
        Assert.Contains("− NodeENI former of the cluster", pruned.Output, StringComparison.Ordinal);
        Assert.Contains("2 to remove, 2 unchanged", pruned.Output, StringComparison.Ordinal);

        // Renamed: what the old one has makes room for the new one.
        var renamed = await OnAsync(
            "t3.micro",
            1,
            NodeEni,
            "--prune",
            "--current",
            Write("old.yaml", NodeEni.Replace("name: data", "name: old", StringComparison.Ordinal))
        );
        Assert.Contains("1 to create, 0 to change, 0 to replace, 1 to remove", renamed.Output, StringComparison.Ordinal);
        Assert.Equal(0, renamed.Code);
    }

    [Fact]
    public async Task The_first_NodeENI_of_a_repository_has_no_former_ones()
    {
        var run = await OfflineAsync(NodeEni, "--current", Write("empty.yaml", ""));
        Assert.Contains("2 to create", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public async Task A_subnet_that_is_left_is_listed()
    {
        var moved = await OfflineAsync(
            NodeEni.Replace("subnet-0a", "subnet-0d", StringComparison.Ordinal),
            "--current",
            Write("current.yaml", NodeEni)
        );
        Assert.Contains("Free addresses of subnet-0a (eu-1a): 200 → 202", moved.Output, StringComparison.Ordinal);
        Assert.Contains("Free addresses of subnet-0d (eu-1a): 200 → 198", moved.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_it_is_JSON()
    {
        var plan = JsonNode.Parse((await OfflineAsync(NodeEni, "-o", "json")).Output)!;
        Assert.Equal(2, plan["totals"]!["create"]!.GetValue<int>());
        Assert.Equal("create", plan["nodeEnis"]![0]!["nodes"]![0]!["enis"]![0]!["action"]!.GetValue<string>());
        Assert.Equal(2, plan["ec2Calls"]!["CreateNetworkInterface"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("  dpdkEnabled: true", "spec.dpdkEnabled: unknown field")]
    [InlineData("  mtu: 70000", "spec.mtu: ")]
    [InlineData("  subnetPolicy: Best", "spec.subnetPolicy: ")]
    public async Task What_the_API_server_rejects_is_refused_with_its_words(string line, string words)
    {
        var run = await OfflineAsync($"{NodeEni}\n{line}");
        Assert.Contains("✗ NodeENI data is rejected", run.Output, StringComparison.Ordinal);
        Assert.Contains(words, run.Output, StringComparison.Ordinal);
        Assert.Contains("Refused: 1", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    [Theory]
    [InlineData("subnet-0b", "SubnetNotFound: subnet subnet-0b does not exist")]
    [InlineData("subnet-0c", "✗ NoSubnetInZone: the node is in zone eu-1a")]
    public async Task What_the_controller_refuses_is_refused_with_its_reason(string subnet, string words)
    {
        var run = await OfflineAsync(NodeEni.Replace("subnet-0a", subnet, StringComparison.Ordinal));
        Assert.Contains(words, run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    [Fact]
    public async Task Of_many_nodes_some_are_shown_and_the_others_counted()
    {
        var run = await OnAsync("m5.large", 30, NodeEni);
        Assert.Contains("└─ 20 more nodes: +20 (--all shows them)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("node-29", (await OnAsync("m5.large", 30, NodeEni, "--all")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: Pod", "There is no NodeENI in")]
    [InlineData("apiVersion: v1\nkind: NodeENI\nmetadata: {name: a}", "apiVersion is 'v1'")]
    [InlineData("kind: [", "is not YAML")]
    [InlineData("apiVersion: networking.k8s.aws/v1alpha1\nkind: NodeENI\nmetadata: data", "has no metadata.name")]
    [InlineData("apiVersion: networking.k8s.aws/v1alpha1\nkind: NodeEni\nmetadata: {name: a}", "there is no kind 'NodeEni'")]
    public async Task A_file_that_is_no_good_is_named(string text, string words)
    {
        var run = await OfflineAsync(text);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    [Theory]
    [InlineData("--nodes and --subnets belong together", "--nodes", "n")]
    [InlineData("--against-cluster and --nodes exclude each other", "--nodes", "n", "--subnets", "s", "--against-cluster")]
    [InlineData("--current is for offline plans", "--current", "c")]
    [InlineData("--prune and --delete exclude each other", "--prune", "--delete")]
    public async Task Options_that_do_not_go_together_are_named(string words, params string[] options)
    {
        var run = await CommandRun.Of(["plan", "-f", Write("wanted.yaml", NodeEni), .. options]);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    [Theory]
    [InlineData("{name: data, labels: {tier: 1}}", "metadata.labels.tier: text is expected")]
    [InlineData("{name: Data_1}", "metadata.name: 'Data_1' is no name")]
    public async Task Metadata_that_the_API_server_rejects_is_refused(string metadata, string words)
    {
        var run = await OfflineAsync(NodeEni.Replace("{name: data}", metadata, StringComparison.Ordinal));
        Assert.Contains(words, run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    [Theory]
    [InlineData("kind: Node\nmetadata: {name: a}\n---\nkind: Node\nmetadata: {name: a}", "the node a is there 2 times")]
    [InlineData("Subnets: []", "a node has no metadata.name")]
    public async Task A_file_of_nodes_that_is_none_is_named(string nodes, string words)
    {
        var run = await CommandRun.Of([
            "plan",
            "-f",
            Write("wanted.yaml", NodeEni),
            "--nodes",
            Write("nodes.yaml", nodes),
            "--subnets",
            Write("subnets.json", Subnets),
        ]);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal(2, run.Code);
    }

    private Task<CommandRun> OfflineAsync(string wanted, params string[] options) => OnAsync("m5.large", 2, wanted, options);

    private Task<CommandRun> OnAsync(string instanceType, int nodes, string wanted, params string[] options)
    {
        var list = string.Join(
            "\n",
            Enumerable
                .Range(0, nodes)
                .Select(number =>
                    $$"""
                        - apiVersion: v1
                          kind: Node
                          metadata:
                            name: node-{{number:00}}
                            labels: {ng: multi-eni, topology.kubernetes.io/zone: eu-1a, node.kubernetes.io/instance-type: {{instanceType}}}
                          spec: {providerID: "aws:///eu-1a/i-{{number:x8}}"}
                        """
                )
        );
        return CommandRun.Of([
            "plan",
            "-f",
            Write("wanted.yaml", wanted),
            "--nodes",
            Write("nodes.yaml", $"apiVersion: v1\nkind: List\nitems:\n{list}"),
            "--subnets",
            Write("subnets.json", Subnets),
            .. options,
        ]);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
