using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator;
using MultiEni.Simulator.Tests.Kubernetes;

namespace MultiEni.Chart.Tests;

/// <summary>
/// Real kubectl installs the chart into the simulated cluster, and both programs do their work as
/// those manifests start them.
/// </summary>
[Trait("speed", "slow")]
public partial class InstallTests
{
    private const string NodeEni = """
        apiVersion: networking.k8s.aws/v1alpha1
        kind: NodeENI
        metadata:
          name: bound
        spec:
          nodeSelector:
            ng: multi-eni
          subnetID: subnet-12345678
          securityGroupIDs: [sg-12345678]
          enableDPDK: true
          dpdkResourceName: intel.com/sriov_dpdk
        """;

    /// <summary>
    /// The Prometheus operator's kinds, whose definitions a cluster has from elsewhere.
    /// </summary>
    private static readonly string[] PrometheusKinds = ["ServiceMonitor", "PodMonitor", "PrometheusRule"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_chart_is_installed_by_kubectl_and_both_programs_do_their_work_as_it_starts_them()
    {
        var rendered = await Helm.V4.TemplateAsync(
            "awsRegion=\"us-east-1\"",
            "controller.reconcilePeriod=\"5s\"",
            "networkPolicy.enabled=true",
            "metrics={\"enabled\":true,\"serviceMonitor\":{\"enabled\":true},\"podMonitor\":{\"enabled\":true},\"prometheusRule\":{\"enabled\":true},\"dashboard\":{\"enabled\":true}}"
        );
        await using var cluster = await SimulatedCluster.StartAsync(
            new SimulatedClusterOptions
            {
                Nodes = 1,
                Zones = 1,
                EnforcesAccess = true,
            },
            Stop
        );
        using var kubectl = new Kubectl(cluster.Kubernetes);
        await kubectl.RunAsync("apply -f -", string.Join("\n---\n", PrometheusKinds.Select(Definition)));
        await kubectl.RunAsync("apply --server-side -f -", Yaml(rendered.Documents));
        foreach (var document in rendered.Documents)
        {
            var metadata = document["metadata"]!;
            var home = metadata["namespace"] is { } inNamespace ? $"-n {inNamespace} " : "";
            await kubectl.RunAsync($"get {home}{document["kind"]} {metadata["name"]}");
        }

        var node = cluster.Nodes[0].Name;
        await using var controller = Program.Start(rendered.Controller, "eni-controller", cluster.ControllerEnvironment(), node);
        await using var manager = Program.Start(rendered.Manager, "eni-manager", cluster.ManagerEnvironment(node), node);
        await kubectl.RunAsync("apply -f -", NodeEni);
        await kubectl.RunAsync("wait nodeeni/bound --for=condition=Ready --timeout=120s");
        Assert.Equal("vfio-pci", (await kubectl.RunAsync("get eniattachments -o jsonpath={.items[0].status.device.driver}")).Trim());

        var served = MetricNames(await controller.MetricsAsync(Stop))
            .Union(MetricNames(await manager.MetricsAsync(Stop)))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(MonitoredMetrics(rendered).Except(served, StringComparer.Ordinal));

        await kubectl.RunAsync("delete nodeeni bound --timeout=60s");
        Assert.Empty(await cluster.LeftoversAsync(Stop));
        Assert.Empty(cluster.Kubernetes.Access.Log.Refusals);
    }

    private static IEnumerable<string> MonitoredMetrics(Rendered rendered)
    {
        var alerts = rendered.Get("PrometheusRule", "aws-multi-eni-controller")["spec"]!["groups"]![0]!["rules"]!.AsArray();
        var dashboard = JsonNode.Parse(
            rendered.Get("ConfigMap", "aws-multi-eni-controller-dashboard")["data"]!["aws-multi-eni-controller.json"]!.GetValue<string>()
        )!;
        var expressions = alerts
            .Select(alert => alert!["expr"]!.GetValue<string>())
            .Concat(
                dashboard["panels"]!
                    .AsArray()
                    .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
                    .Select(target => target!["expr"]!.GetValue<string>())
            )
            .ToList();
        Assert.True(expressions.Count > 15);
        return expressions
            .SelectMany(expression => Metric().Matches(expression).Select(match => match.Value))
            .Select(name => Suffix().Replace(name, ""));
    }

    private static IEnumerable<string> MetricNames(string text) => TypeLine().Matches(text).Select(match => match.Groups[1].Value);

    private static string Yaml(IEnumerable<JsonObject> documents) => string.Join("\n---\n", documents.Select(document => document.ToJsonString()));

    private static string Definition(string kind)
    {
        var plural = kind.ToLowerInvariant() + "s";
        return $$$$"""
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "{{{{plural}}}}.monitoring.coreos.com"},
             "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced", "names": {"kind": "{{{{kind}}}}", "plural": "{{{{plural}}}}"},
              "versions": [{"name": "v1", "served": true, "storage": true,
               "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}
            """;
    }

    [GeneratedRegex(
        @"\b[a-z0-9]+(_[a-z0-9]+)*_(total|seconds|bytes|bucket|candidates|effective|depth|interfaces|available)\b",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Metric();

    [GeneratedRegex("_bucket$", RegexOptions.None, 1000)]
    private static partial Regex Suffix();

    [GeneratedRegex("^# TYPE (?<name>[^ ]+) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();
}
