using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;

namespace MultiEni.Cli.Tests.Doctor;

public sealed class AutoscalerCheckTests
{
    private static readonly Taint Startup = new(Names.StartupTaint, null, "NoSchedule");

    [Theory]
    // Chart without and with startupTaint.enabled; pools without and with the taint; whether a
    // NodeENI selects their nodes.
    [InlineData(true, false, true, Severity.Warning, "come without the startup taint")]
    [InlineData(true, false, false, null, null)]
    [InlineData(true, true, true, null, null)]
    [InlineData(false, false, true, null, null)]
    [InlineData(false, true, true, Severity.Error, "which the controller does not remove")]
    [InlineData(false, true, false, Severity.Error, "which the controller does not remove")]
    public void The_taint_of_a_NodePool_and_what_the_controller_does_about_it_fit(
        bool removes,
        bool hasTaint,
        bool selected,
        object? severity,
        string? seen
    )
    {
        var snapshot = EmptySnapshot.Create() with
        {
            Deployments = Read(Deployment(Names.Controller, ("MANAGE_STARTUP_TAINT", removes ? "true" : null))),
            NodePools = Read(Pool("packets", ("role", selected ? "packet" : "web"), hasTaint ? [Startup] : null)),
            NodeEnis = Read(NodeEni(("role", "packet"))),
        };

        var findings = AutoscalerCheck.Run(snapshot).ToList();

        Assert.Equal(severity is null ? 0 : 1, findings.Count);
        if (seen is not null)
        {
            Assert.Equal(((Severity)severity!, "nodepool packets"), (findings[0].Severity, findings[0].Object));
            Assert.Contains(seen, findings[0].Seen, StringComparison.Ordinal);
            Assert.Contains(
                removes ? "spec.template.spec.startupTaints" : "startupTaint.enabled=true",
                findings[0].Remedies[0],
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void A_NodeENI_may_select_a_NodePool_by_its_name() =>
        Assert.Single(
            AutoscalerCheck.Run(
                EmptySnapshot.Create() with
                {
                    Deployments = Read(Deployment(Names.Controller, ("MANAGE_STARTUP_TAINT", "true"))),
                    NodePools = Read(Pool("packets", ("any", "thing"), null), Pool("other", ("any", "thing"), null)),
                    NodeEnis = Read(NodeEni((NodePool.Label, "packets"))),
                }
            )
        );

    [Theory]
    [InlineData(null, 2, 0)]
    [InlineData("1", 2, 1)]
    [InlineData("2", 2, null)]
    [InlineData("3", 2, null)]
    [InlineData("1", 0, null)]
    public void Karpenter_reserves_as_many_ENIs_as_NodeENIs_have(string? reserved, int enis, int? found)
    {
        var snapshot = EmptySnapshot.Create() with
        {
            Karpenter = Read(Deployment("controller", ("RESERVED_ENIS", reserved))),
            Nodes = Read(Node("n1", (NodePool.Label, "packets")), Node("n2")),
            Attachments = Read([
                .. Enumerable.Range(0, enis).Select(_ => Attachment("n1", 0)),
                // On another card they take no slot of pods, and the other node is not Karpenter's.
                Attachment("n1", 1),
                .. Enumerable.Range(0, 5).Select(_ => Attachment("n2", 0)),
            ]),
        };

        var findings = AutoscalerCheck.Run(snapshot).ToList();

        Assert.Equal(found is null ? 0 : 1, findings.Count);
        if (found is not null)
        {
            Assert.Equal("nodepool packets", findings[0].Object);
            Assert.Contains($"have {enis} ENIs on its nodes, but Karpenter reserves {found}", findings[0].Seen, StringComparison.Ordinal);
            Assert.Contains($"settings.reservedENIs={enis}", findings[0].Remedies[0], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(DeviceUses.Bound, "hugepages-1Gi", "0", true)]
    [InlineData(DeviceUses.Bound, "hugepages-1Gi", "4Gi", false)]
    [InlineData(DeviceUses.Bound, "hugepages-2Mi", "512Mi", false)]
    [InlineData(DeviceUses.Bound, "memory", "4Gi", true)]
    [InlineData(DeviceUses.Plain, "memory", "4Gi", false)]
    public void A_node_with_a_bound_ENI_and_without_huge_pages_is_named(string use, string resource, string quantity, bool isFound)
    {
        var node = Node("n1");
        node.Status.Allocatable = new(StringComparer.Ordinal) { [resource] = quantity };
        var attachment = Attachment("n1", 0);
        attachment.Spec!.Device.Use = use;

        var findings = AutoscalerCheck.Run(EmptySnapshot.Create() with { Nodes = Read(node), Attachments = Read(attachment) }).ToList();

        Assert.Equal(isFound ? [("node n1", Severity.Info)] : [], findings.Select(finding => (finding.Object, finding.Severity)));
    }

    [Fact]
    public async Task A_cluster_with_Karpenter_is_read()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        cluster.Server.Store.Create(
            "customresourcedefinitions.apiextensions.k8s.io",
            JsonNode
                .Parse(
                    """
                    {"metadata":{"name":"nodepools.karpenter.sh"},
                     "spec":{"group":"karpenter.sh","scope":"Cluster",
                      "names":{"plural":"nodepools","singular":"nodepool","kind":"NodePool","listKind":"NodePoolList"},
                      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
                       "spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
                    """
                )!
                .AsObject()
        );
        cluster.Server.Store.Create(
            "nodepools.karpenter.sh",
            JsonNode
                .Parse(
                    $$$"""
                    {"metadata":{"name":"packets"},"spec":{"template":{"metadata":{"labels":{"role":"packet"}},
                     "spec":{"startupTaints":[{"key":"{{{Names.StartupTaint}}}","effect":"NoSchedule"}]} } } }
                    """
                )!
                .AsObject()
        );

        var run = await cluster.RunAsync("doctor", "-o", "json");

        var finding = Assert.Single(
            JsonNode.Parse(run.Output)!["findings"]!.AsArray(),
            finding => finding!["check"]!.GetValue<string>() == AutoscalerCheck.Name
        );
        Assert.Equal("nodepool packets", finding!["object"]!.GetValue<string>());
    }

    private static ReadResult<IReadOnlyList<T>> Read<T>(params IReadOnlyList<T> items) => new(items, null);

    private static NodePool Pool(string name, (string Key, string Value) label, List<Taint>? taints) =>
        new()
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                Template = new()
                {
                    Metadata = new() { Labels = new(StringComparer.Ordinal) { [label.Key] = label.Value } },
                    Spec = new() { StartupTaints = taints },
                },
            },
        };

    private static Workload Deployment(string container, (string Name, string? Value) variable) =>
        new()
        {
            Metadata = new() { Name = container },
            Spec = new()
            {
                Template = new()
                {
                    Spec = new()
                    {
                        Containers =
                        [
                            new()
                            {
                                Name = container,
                                Env = variable.Value is null ? null : [new() { Name = variable.Name, Value = variable.Value }],
                            },
                        ],
                    },
                },
            },
        };

    private static NodeEni NodeEni((string Key, string Value) label) =>
        new()
        {
            Metadata = new() { Name = "data" },
            Spec = new() { NodeSelector = new(StringComparer.Ordinal) { [label.Key] = label.Value } },
        };

    private static Node Node(string name, params (string Key, string Value)[] labels) =>
        new()
        {
            Metadata = new() { Name = name, Labels = labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal) },
        };

    private static EniAttachment Attachment(string node, int card) =>
        new()
        {
            Spec = new() { NodeName = node, NetworkCardIndex = card },
        };
}
