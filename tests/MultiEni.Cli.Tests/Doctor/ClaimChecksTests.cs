using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Doctor;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests.Doctor;

/// <summary>What the doctor says of claims: what a cluster lacks for them, why one waits, who holds devices.</summary>
public class ClaimChecksTests
{
    [Fact]
    public async Task A_claim_whose_pod_runs_is_only_told_as_a_reason_not_to_remove_the_driver()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", "eni-1").Claim("net", device: "eni-1", reported: true).Pod("net-pod", """{"phase":"Running"}""");

        var (severity, seen, remedies) = await bed.FindingAsync("resourceclaim");

        Assert.Equal(
            ("Info", "ENIs are held by pod team/net-pod on node n1."),
            (severity, seen[..(seen.IndexOf('.', StringComparison.Ordinal) + 1)])
        );
        Assert.Contains("do not uninstall it", seen, StringComparison.Ordinal);
        Assert.Contains("drain", remedies, StringComparison.Ordinal);
        Assert.Empty(await bed.FindingsAsync("node n1"));
    }

    [Theory]
    [InlineData("v1.34.2-eks-123", "containerd://2.0.1", null, "")]
    [InlineData("v1.36.0", "cri-o://1.36.0", null, "")]
    [InlineData("v1.36.0", "", null, "")]
    [InlineData("v1.33.4", "containerd://2.1.0", "Warning", "feature gate DynamicResourceAllocation")]
    [InlineData("v1.31.9", "containerd://2.1.0", "Error", "It prepares no claims")]
    [InlineData("v1.34.0", "containerd://1.7.27", "Warning", "CDI is disabled by default")]
    [InlineData("v1.34.0", "containerd://1.6.9", "Error", "no CDI")]
    public async Task Nodes_whose_kubelet_or_container_runtime_is_too_old_for_claims_are_named(
        string kubelet,
        string runtime,
        string? severity,
        string words
    )
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions(kubelet, runtime);

        if (severity is null)
        {
            Assert.Empty(await bed.FindingsAsync("node n1"));
            return;
        }

        var finding = await bed.FindingAsync("node n1");
        Assert.Equal(severity, finding.Severity);
        Assert.Contains(words, finding.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_driver_the_age_of_kubelets_is_nobodys_business()
    {
        await using var bed = await ClaimBed.StartAsync("embedded");
        bed.Versions("v1.30.0", "containerd://1.6.9");
        Assert.Empty(await bed.FindingsAsync("node n1"));
    }

    [Fact]
    public async Task A_node_on_which_a_device_plugin_offers_the_same_ENIs_is_named_with_the_resource()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", "eni-1");
        bed.Cluster.NodeEni("data", 1, 1, 1, TestCluster.Ready(1, 1)).Eni("data", "n1", 1);
        bed.Patch("nodes", "n1", """{"status":{"allocatable":{"intel.com/sriov_dpdk":"0"} } }""", status: true, home: "");
        Assert.Empty(await bed.FindingsAsync("node n1"));

        bed.Patch("nodes", "n1", """{"status":{"allocatable":{"intel.com/sriov_dpdk":"1"} } }""", status: true, home: "");
        var (severity, seen, _) = await bed.FindingAsync("node n1");
        Assert.Equal("Error", severity);
        Assert.Contains("a device plugin offers intel.com/sriov_dpdk: 1. Two pods may be given one device", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "No node offers a device.")]
    [InlineData("eni-1!withdrawn", "All 1 devices that match are tainted: eni-1 on n1 (eni.networking.k8s.aws/withdrawn:NoSchedule).")]
    [InlineData("eni-1", "There are free devices that match")]
    public async Task A_claim_without_devices_says_why(string devices, string why)
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", devices.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Claim("net");

        var (severity, seen, remedies) = await bed.FindingAsync("resourceclaim team/net");

        Assert.Equal("Error", severity);
        Assert.StartsWith($"It has waited for devices for 10 minutes. {why}", seen, StringComparison.Ordinal);
        Assert.Contains("kubectl describe pod -n team net-pod", remedies, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device.attributes['eni.networking.k8s.aws'].subnet == 'subnet-2'", "None of the 2 devices satisfies `device.attributes")]
    [InlineData("device.attributes['eni.networking.k8s.aws'].ipv4 == '10.0.0.1'", "A condition fails: ")]
    public async Task A_condition_that_no_device_satisfies_is_quoted(string selector, string why)
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", "eni-1", "eni-2").Claim("net", selector);
        Assert.Contains(why, (await bed.FindingAsync("resourceclaim team/net")).Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_for_which_too_few_are_free_names_who_has_the_others()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions()
            .Slice("n1", "eni-1")
            .Claim("first", device: "eni-1", reported: true)
            .Pod("first-pod", """{"phase":"Running"}""")
            .Claim("second");
        Assert.Contains(
            "It requests 1, and of 1 devices that match 0 are free: the others are allocated to team/first.",
            (await bed.FindingAsync("resourceclaim team/second")).Seen,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_claim_of_more_devices_than_a_node_has_says_how_many_there_are()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Cluster.Node("n2");
        bed.Versions().Slice("n1", "eni-1").Slice("n2", "eni-2").Claim("net", count: 2);
        Assert.Contains("requests 2 devices of one node", (await bed.FindingAsync("resourceclaim team/net")).Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"spec":{"unschedulable":true} }""", "n1 (cordoned)")]
    [InlineData("""{"spec":{"taints":[{"key":"gpu","effect":"NoSchedule"}] } }""", "n1 (taint gpu:NoSchedule)")]
    public async Task Nodes_with_free_devices_that_repel_pods_are_named_and_the_scheduler_is_quoted(string node, string why)
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions()
            .Patch("nodes", "n1", node, home: "")
            .Slice("n1", "eni-1")
            .Claim("net")
            .Pod(
                "net-pod",
                """{"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes are available"}] }"""
            );

        var seen = (await bed.FindingAsync("resourceclaim team/net")).Seen;
        Assert.Contains($"Every node with free devices repels pods: {why}.", seen, StringComparison.Ordinal);
        Assert.EndsWith("The scheduler: 0/1 nodes are available", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_that_no_pod_uses_does_not_wait()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1").Claim("net");
        bed.Cluster.Server.Store.Delete("pods", "net-pod", "team");
        Assert.Empty(await bed.FindingsAsync("resourceclaim"));
    }

    [Fact]
    public async Task A_claim_that_is_not_prepared_is_told_in_the_drivers_words()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", "eni-1").Claim("net", device: "eni-1").Pod("net-pod", """{"phase":"Pending"}""");
        bed.Unprepared("net-pod", "Device eni-1 of claim team/net cannot be used");

        var finding = (await bed.FindingsAsync("resourceclaim team/net")).Single(found => found["check"]!.GetValue<string>() == "waiting claims");
        Assert.Equal("Error", finding["severity"]!.GetValue<string>());
        Assert.Equal(
            "It has had eni-1 of node n1 for 10 minutes, reserved for pod net-pod, and they are not prepared. The kubelet: Device eni-1 of claim team/net cannot be used",
            finding["seen"]!.GetValue<string>()
        );
        Assert.Contains("eni-manager-1", finding["remedies"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_that_are_reserved_for_no_pod_are_a_warning()
    {
        await using var bed = await ClaimBed.StartAsync();
        bed.Versions().Slice("n1", "eni-1").Claim("net", device: "eni-1", reserved: false);
        var (severity, seen, _) = await bed.FindingAsync("resourceclaim team/net");
        Assert.Equal("Warning", severity);
        Assert.Contains("reserved for no pod", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "DEVICE_PUBLISHER was changed to embedded while ENIs were held by pod team/net-pod on node n1")]
    [InlineData(false, "The ENI managers were uninstalled while ENIs were held by pod team/net-pod on node n1")]
    public async Task Claims_that_outlived_their_driver_are_an_error(bool isInstalled, string words)
    {
        await using var bed = await ClaimBed.StartAsync("embedded");
        bed.Versions().Claim("net", device: "eni-1", reported: true).Pod("net-pod", """{"phase":"Running"}""");
        if (!isInstalled)
        {
            bed.Cluster.Server.Store.Delete("daemonsets.apps", "eni-manager", Names.Namespace);
        }

        var (severity, seen, remedies) = await bed.FindingAsync("resourceclaim");
        Assert.Equal("Error", severity);
        Assert.StartsWith(words, seen, StringComparison.Ordinal);
        Assert.Contains("eniManager.devicePublisher=dra", remedies, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_the_API_is_told_where_it_is_needed()
    {
        var snapshot = EmptySnapshot.Create() with { Claims = new ClaimSnapshot { Slices = new(null, "404", IsMissing: true) } };
        Assert.Empty(ClaimSupportCheck.Run(snapshot));

        var nodeEni = new NodeEni
        {
            Metadata = new() { Name = "data" },
            Spec = new() { EnableDpdk = true, DpdkBinding = DpdkBindings.WhenClaimed },
        };
        var finding = Assert.Single(ClaimSupportCheck.Run(snapshot with { NodeEnis = new([nodeEni], null) }));
        Assert.Equal((Severity.Error, "nodeeni data"), (finding.Severity, finding.Object));
        Assert.Contains("does not serve resource.k8s.io/v1", finding.Seen, StringComparison.Ordinal);
        Assert.Contains("1.34", finding.Remedies[0], StringComparison.Ordinal);
        Assert.DoesNotContain(AccessCheck.Run(snapshot), denied => denied.Object == "resourceslices");
    }

    [Theory]
    [InlineData("resourceslices")]
    [InlineData("resourceclaims")]
    [InlineData("deviceclasses")]
    public async Task What_may_not_be_listed_is_said_if_the_driver_is_in_use(string resource)
    {
        var options = new KubernetesSimulatorOptions { Authorizer = request => request.Resource == resource ? "no RBAC policy matched" : null };
        await using var bed = await ClaimBed.StartAsync("dra", options);
        bed.Versions();
        Assert.Contains("Could not be read", (await bed.FindingAsync(resource)).Seen, StringComparison.Ordinal);

        bed.Publisher("embedded");
        Assert.Empty(await bed.FindingsAsync(resource));
    }
}
