using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests.Doctor;

/// <summary>
/// What stops the product besides what the ENIs say themselves; those are provoked on a whole
/// cluster by the doctor's stories.
/// </summary>
public class DoctorCommandTests
{
    private const string Home = Names.Namespace;

    [Fact]
    public async Task An_empty_cluster_is_told_to_install_the_product()
    {
        await using var cluster = await TestCluster.StartAsync(new KubernetesSimulatorOptions { InstallsProductResources = false });

        var run = await cluster.RunAsync("doctor");

        Assert.Equal(1, run.Code);
        Assert.Contains(
            "✗ error   nodeenis.networking.k8s.aws\n    The CustomResourceDefinition does not exist in the cluster.\n    → Apply the CRDs",
            run.Output
        );
        Assert.Contains("The Deployment eni-controller does not exist.", run.Output);
        Assert.Contains("The DaemonSet eni-manager does not exist.", run.Output);
        Assert.DoesNotContain("Could not be read", run.Output);
    }

    [Fact]
    public async Task An_older_definition_is_told_by_a_field_that_it_does_not_know()
    {
        await using var cluster = await InstalledAsync();
        cluster.Server.Store.Change(
            "customresourcedefinitions.apiextensions.k8s.io",
            "nodeenis.networking.k8s.aws",
            live => Schema(live)["spec"]!["properties"]!.AsObject().Remove("description")
        );

        Assert.Equal(
            "The CustomResourceDefinition is outdated: it lacks spec.description. The controller does not reconcile until it is updated.",
            await SeenAsync(cluster, "nodeenis.networking.k8s.aws", Severe)
        );
    }

    [Fact]
    public async Task A_healthy_installation_has_nothing()
    {
        await using var cluster = await InstalledAsync();

        var run = await cluster.RunAsync("doctor");

        Assert.Equal((0, "No problems found."), (run.Code, run.Output.TrimEnd().Split('\n')[^1]));
    }

    [Fact]
    public async Task A_controller_that_crashes_is_shown_with_the_kubelets_words()
    {
        await using var cluster = await InstalledAsync();
        cluster.Patch("deployments.apps", "eni-controller", """{"status":{"availableReplicas":0}}""");
        cluster.Pod("eni-controller-1", "eni-controller", "n1", "CrashLoopBackOff");

        var seen = await SeenAsync(cluster, $"deployment {Home}/eni-controller", Severe);

        Assert.Equal("0 of 2 replicas are available. container c: CrashLoopBackOff, back-off", seen);
    }

    [Theory]
    [InlineData("""{"spec":{"holderIdentity":""}}""", "The last leader released the Lease, and no replica has acquired it.")]
    [InlineData("""{"spec":{"renewTime":"2020-01-01T00:00:00.000000Z"}}""", "The leader one has not renewed the Lease since 2020-01-01")]
    public async Task No_leader_is_told_with_the_cause(string lease, string seen)
    {
        await using var cluster = await InstalledAsync();
        cluster.Patch("leases.coordination.k8s.io", Names.LeaderElectionLease, lease, status: false);

        Assert.StartsWith(seen, await SeenAsync(cluster, $"lease {Home}/{Names.LeaderElectionLease}", Severe));
    }

    [Fact]
    public async Task A_selected_node_without_an_ENI_manager_is_named()
    {
        await using var cluster = await InstalledAsync();
        cluster.Node("n2", ("ng", "multi-eni")).Node("n3", ("ng", "other")).NodeEni("data", 0, 0, 2, TestCluster.Ready(0, 2));

        Assert.StartsWith("A NodeENI selects the node, but no ENI manager runs there", await SeenAsync(cluster, "node n2", Severe));
    }

    [Theory]
    [InlineData(
        """pods "eni-manager-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)""",
        null,
        "Its pods are rejected: Error creating: pods",
        "kubectl label namespace eni-controller-system pod-security.kubernetes.io/enforce=privileged --overwrite"
    )]
    [InlineData("exceeded quota: pods", null, "Its pods are rejected: Error creating: exceeded quota: pods", "such as a quota")]
    // The events are gone after an hour.
    [InlineData(
        null,
        "restricted",
        "Its pods are rejected: they are privileged, but the namespace enforces the pod security level restricted",
        "kubectl label namespace"
    )]
    [InlineData(null, "privileged", null, "eniManager.nodeSelector")]
    public async Task ENI_managers_that_the_API_server_refuses_are_told_from_a_nodeSelector_that_leaves_them_out(
        string? refusal,
        string? level,
        string? seen,
        string remedy
    )
    {
        await using var cluster = await InstalledAsync();
        cluster.Node("n2", ("ng", "multi-eni")).NodeEni("data", 0, 0, 2, TestCluster.Ready(0, 2));
        if (refusal is not null)
        {
            cluster.Refusal("DaemonSet", "eni-manager", $"Error creating: {refusal}");
        }

        if (level is not null)
        {
            cluster.Patch(
                "namespaces",
                Home,
                $$$"""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"{{{level}}}"} } }""",
                status: false,
                home: ""
            );
        }

        var run = await cluster.RunAsync("doctor");

        Assert.Equal(1, run.Code);
        Assert.Contains(seen is null ? "node n2" : $"daemonset {Home}/eni-manager\n    {seen}", run.Output);
        Assert.Contains(remedy, run.Output);
        Assert.Equal(seen is null, run.Output.Contains("eniManager.nodeSelector", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_DaemonSet_that_is_short_of_pods_is_told_before_any_NodeENI_selects_a_node()
    {
        await using var cluster = await InstalledAsync();
        cluster.Refusal("DaemonSet", "eni-manager", "Error creating: exceeded quota: pods");
        Assert.Equal(0, (await cluster.RunAsync("doctor")).Code);

        cluster.Patch("daemonsets.apps", "eni-manager", """{"status":{"desiredNumberScheduled":2,"currentNumberScheduled":1}}""");
        Assert.StartsWith("Its pods are rejected", await SeenAsync(cluster, $"daemonset {Home}/eni-manager", Severe));
    }

    [Fact]
    public async Task A_controller_whose_pods_are_refused_is_shown_with_the_servers_words()
    {
        await using var cluster = await InstalledAsync();
        cluster.Patch("deployments.apps", "eni-controller", """{"status":{"availableReplicas":0}}""");
        cluster.Refusal("ReplicaSet", "eni-controller-5d8f", "Error creating: exceeded quota: pods");

        Assert.EndsWith(
            "are available. Its pods are rejected: Error creating: exceeded quota: pods",
            await SeenAsync(cluster, $"deployment {Home}/eni-controller", Severe)
        );
    }

    [Fact]
    public async Task A_container_that_ends_again_and_again_is_shown_with_the_last_line_of_its_log()
    {
        await using var cluster = await InstalledAsync();
        cluster.Pod("eni-manager-2", "eni-manager", "n1", "CrashLoopBackOff");
        cluster.Patch(
            "pods",
            "eni-manager-2",
            """{"status":{"containerStatuses":[{"name":"dpdk-setup","image":"c:1","imageID":"","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}},"lastState":{"terminated":{"exitCode":1,"message":"first\nno module vfio-pci\n"}}}]}}"""
        );

        Assert.Equal(
            "container dpdk-setup: CrashLoopBackOff, back-off; last log line: no module vfio-pci",
            await SeenAsync(cluster, "pod eni-manager-2", Severe)
        );
    }

    [Fact]
    public async Task An_ENI_manager_without_privileges_is_found_before_it_fails()
    {
        await using var cluster = await InstalledAsync();
        cluster
            .NodeEni("dpdk", 0, 0, 0, TestCluster.Ready(0, 0))
            .Patch("nodeenis.networking.k8s.aws", "dpdk", """{"spec":{"enableDPDK":true}}""", status: false)
            .Patch(
                "daemonsets.apps",
                "eni-manager",
                """{"spec":{"template":{"spec":{"containers":[{"name":"eni-manager","image":"m:1","securityContext":{"privileged":false}}]}}}}""",
                status: false
            );

        Assert.StartsWith("The container does not run privileged", await SeenAsync(cluster, $"daemonset {Home}/eni-manager", Severe));
    }

    [Fact]
    public async Task A_range_for_named_addresses_outside_of_the_subnets_is_a_warning()
    {
        await using var cluster = await InstalledAsync();
        cluster
            .NodeEni("data", 1, 1, 1, TestCluster.Ready(1, 1))
            .Eni("data", "n1", 2)
            .Patch("eniattachments.networking.k8s.aws", "data-n1-2", """{"status":{"network":{"subnetCIDR":"10.0.1.0/24"}}}""")
            .Patch(
                "nodeenis.networking.k8s.aws",
                "data",
                """{"spec":{"podAddresses":{"fixedCIDRs":["10.0.1.64/28","10.9.0.0/16"]}}}""",
                status: false
            );

        var run = await cluster.RunAsync("doctor");

        Assert.Contains("fixedCIDRs has 10.9.0.0/16, which is outside of its subnets (10.0.1.0/24)", run.Output);
        Assert.DoesNotContain("10.0.1.64/28", run.Output);
    }

    [Fact]
    public async Task A_node_without_the_CNI_plugin_is_a_warning_with_what_its_manager_says()
    {
        await using var cluster = await InstalledAsync();
        cluster
            .NodeEni("data", 1, 1, 1, TestCluster.Ready(1, 1))
            .Eni("data", "n1", 2)
            .Patch(
                "eniattachments.networking.k8s.aws",
                "data-n1-2",
                """{"status":{"device":{"ipamProblem":"The CNI plugin eni-ipam could not be put into /opt/cni/bin: Read-only file system."}}}"""
            );

        var run = await cluster.RunAsync("doctor");

        Assert.Contains("! warning node n1\n    The CNI plugin eni-ipam could not be put into /opt/cni/bin: Read-only file system.", run.Output);
    }

    [Fact]
    public async Task Versions_that_differ_are_a_warning()
    {
        await using var cluster = await InstalledAsync(managerImage: "registry:5000/eni-manager:2@sha256:00");

        var run = await cluster.RunAsync("doctor");

        Assert.Equal(0, run.Code);
        Assert.Contains("The controller's image is 1 and the ENI managers' is 2.", run.Output);
    }

    [Fact]
    public async Task A_device_plugin_that_reads_another_file_is_found_and_one_that_is_absent_too()
    {
        await using var cluster = await InstalledAsync();
        cluster.NodeEni("dpdk", 1, 1, 1, TestCluster.Ready(1, 1)).Eni("dpdk", "n1", 1);
        cluster.Patch("eniattachments.networking.k8s.aws", "dpdk-n1-1", """{"spec":{"device":{"use":"Advertised"}}}""", status: false);

        Assert.StartsWith("The SR-IOV device plugin does not run there", await SeenAsync(cluster, "node n1", Severe));

        cluster.Pod("plugin", "sriovdp", "n1", null, "kube-system");
        cluster.Workload("daemonsets", "kube-system", "sriov", "sriovdp", "p:1", """[{"name":"config","configMap":{"name":"x"}}]""");
        Assert.StartsWith("It does not mount the host directory /etc/pcidp", await SeenAsync(cluster, "daemonset kube-system/sriov", Severe));

        cluster.Patch(
            "daemonsets.apps",
            "sriov",
            """{"spec":{"template":{"spec":{"volumes":[{"name":"config","hostPath":{"path":"/etc/pcidp"}}]}}}}""",
            status: false,
            home: "kube-system"
        );
        Assert.Equal(0, (await cluster.RunAsync("doctor")).Code);
    }

    [Theory]
    [InlineData("intel.com/ena-dpdk", "p:v3.5.1", "Error")]
    [InlineData("intel.com/ena-dpdk", "p:3.5", "Error")]
    [InlineData("intel.com/ena-dpdk", "registry:5000/p:mine", "Warning")]
    [InlineData("intel.com/ena-dpdk", "p:v3.6.2", null)]
    [InlineData("intel.com/ena-dpdk", "p:v3.11.0-amd64", null)]
    [InlineData("my-company.com/ena_dpdk", "p:v3.5.1", null)]
    public async Task A_resource_name_with_a_hyphen_is_found_unless_the_device_plugin_is_known_to_take_it(
        string resource,
        string image,
        string? severity
    )
    {
        await using var cluster = await InstalledAsync();
        cluster.NodeEni("dpdk", 1, 1, 1, TestCluster.Ready(1, 1)).Eni("dpdk", "n1", 1);
        cluster.Patch(
            "eniattachments.networking.k8s.aws",
            "dpdk-n1-1",
            $$$$"""{"spec":{"device":{"use":"Advertised","resourceName":"{{{{resource}}}}"}}}""",
            status: false
        );
        cluster.Patch("eniattachments.networking.k8s.aws", "dpdk-n1-1", $$$$"""{"status":{"device":{"resourceName":"{{{{resource}}}}"}}}""");
        cluster.Pod("plugin", "sriovdp", "n1", null, "kube-system");
        cluster.Workload("daemonsets", "kube-system", "sriov", "sriovdp", image, """[{"name":"config","hostPath":{"path":"/etc/pcidp"}}]""");

        var run = await cluster.RunAsync("doctor", "-o", "json");

        var finding = JsonNode.Parse(run.Output)!["findings"]!
            .AsArray()
            .SingleOrDefault(found => found!["reason"]?.GetValue<string>() == Reasons.ResourceNameHyphen);
        Assert.Equal(severity, finding?["severity"]!.GetValue<string>());
        Assert.Equal(severity is null ? null : $"resource {resource}", finding?["object"]!.GetValue<string>());
        Assert.True(finding is null || finding["remedies"]![0]!.GetValue<string>().Contains("underscores", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Reasons.SubnetFull, "error")]
    [InlineData(Reasons.NoSubnetInZone, "error")]
    [InlineData(Reasons.QuotaExceeded, "error")]
    [InlineData(Reasons.InstanceLimit, "error")]
    [InlineData(Reasons.Unauthorized, "error")]
    public async Task What_the_controller_says_of_a_NodeENI_is_told_with_the_remedy(string reason, string severity)
    {
        await using var cluster = await InstalledAsync();
        cluster.NodeEni("data", 0, 1, 1, TestCluster.Degraded(reason, "n1: as it is"));

        var run = await cluster.RunAsync("doctor");

        Assert.Equal(1, run.Code);
        Assert.Contains($"✗ {severity}   nodeeni data  {reason}\n    n1: as it is\n    → ", run.Output);
    }

    [Fact]
    public async Task The_same_trouble_on_many_nodes_is_one_finding()
    {
        await using var cluster = await InstalledAsync();
        cluster.NodeEni("data", 0, 5, 5, TestCluster.Degraded(Reasons.UnbindTimeout, "n1: held"));
        for (var node = 1; node <= 5; node++)
        {
            cluster.Eni("data", $"n{node}", 1, Reasons.UnbindTimeout, "held");
        }

        Assert.Equal("held", await SeenAsync(cluster, "5 ENIs on 5 nodes: n1, n2, n3 and 2 more", Severe));
    }

    [Fact]
    public async Task What_may_not_be_looked_at_is_said_and_the_rest_is_looked_at()
    {
        await using var cluster = await InstalledAsync(
            new KubernetesSimulatorOptions { Authorizer = request => request.Resource == "daemonsets" ? "no RBAC policy matched" : null }
        );
        cluster.NodeEni("data", 0, 1, 1, TestCluster.Degraded(Reasons.SubnetFull, "n1: full"));

        var run = await cluster.RunAsync("doctor");

        Assert.Contains("! warning daemonsets\n    Could not be read: list daemonsets: 403", run.Output);
        Assert.Contains(Reasons.SubnetFull, run.Output);
    }

    private const string Severe = "Error";

    private static async Task<string> SeenAsync(TestCluster cluster, string subject, string severity)
    {
        var run = await cluster.RunAsync("doctor", "-o", "json");
        var findings = JsonNode.Parse(run.Output)!["findings"]!.AsArray().OfType<JsonNode>().ToList();
        var found = findings.Find(finding => finding["object"]!.GetValue<string>() == subject);
        Assert.True(found is not null, $"nothing about {subject}: {run.Output}");
        Assert.Equal(severity, found["severity"]!.GetValue<string>());
        Assert.NotEmpty(found["remedies"]!.AsArray());
        Assert.Equal(1, run.Code);
        return found["seen"]!.GetValue<string>();
    }

    private static Task<TestCluster> InstalledAsync(KubernetesSimulatorOptions? options = null, string managerImage = "eni-manager:1") =>
        TestCluster.StartInstalledAsync(options, managerImage);

    private static JsonNode Schema(JsonObject definition) => definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!;
}
