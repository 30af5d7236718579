using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// What an agent does about a device that a claim has, whoever offers devices by now.
/// </summary>
public sealed class ClaimedDeviceTests
{
    [Fact]
    public async Task The_release_waits_for_the_claim_and_names_it()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        var record = Claim(bench, address, boundForClaim: false);
        bench.StartAgent();
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "claim ns/net");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);

        await bench.StopAgentAsync();
        record.Remove("uid-net");
        bench.StartAgent();
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
    }

    [Fact]
    public async Task A_device_that_is_bound_for_a_claim_is_given_back_when_the_claim_has_ended_and_not_before()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        var record = Claim(bench, address, boundForClaim: true);

        // From now on the attachment asks for an interface of the kernel, and only the claim for
        // more.
        bench.Cluster.Kubernetes.Store.Change(
            "eniattachments.networking.k8s.aws",
            "a",
            live =>
            {
                live["metadata"]!["generation"] = 2;
                live["spec"]!["device"] = new JsonObject { ["use"] = "Advertised" };
            },
            new WriteOptions()
        );
        bench.StartAgent();
        await bench.Until(
            () =>
                bench.Condition("a", ConditionTypes.Bound)?["observedGeneration"]?.GetValue<long>()
                == bench.Find("a")!["metadata"]!["generation"]!.GetValue<long>(),
            "a report of the changed attachment"
        );
        Assert.True(bench.IsTrue("a", ConditionTypes.Bound));
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);

        await bench.StopAgentAsync();
        record.Remove("uid-net");
        bench.StartAgent();
        await bench.Until(() => bench.Node.Device(address)!.Driver == "ena", "the kernel's driver");
    }

    [Fact]
    public async Task Another_ENI_at_the_address_of_a_claims_device_is_not_bound_as_the_claim_asked()
    {
        await using var bench = await AgentBench.StartClusterAsync();
        var address = bench.Attach("a", 1, Advertised);
        Claim(bench, address, boundForClaim: true, eni: "eni-former");
        bench.StartAgent();
        await bench.UntilReason("a", ConditionTypes.Advertised, Reasons.DeviceInUse, "claim ns/net");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
    }

    [Fact]
    public async Task An_ENI_that_was_plugged_in_where_another_one_was_on_offer_is_offered_in_its_own_name()
    {
        const string Mac = "02:00:00:00:01:01";
        await using var bench = await AgentBench.StartAsync(null, ("DEVICE_PUBLISHER", "dra"));
        var address = bench.Attach("a", 1, Advertised);
        await bench.UntilAdvertised("a");
        Assert.Equal(["eni-a"], Devices(bench));

        // While nobody looks, so that it was never seen gone.
        await bench.StopAgentAsync();
        bench.Node.Vanish(Mac);
        Assert.Equal(address, bench.Attach("b", 2, Advertised));
        bench.StartAgent(settings => settings with { PodUid = "next" });
        await bench.UntilAdvertised("b");
        Assert.Equal(["eni-b"], Devices(bench));
    }

    private static void Advertised(JsonObject device)
    {
        (device["use"], device["resourceName"]) = ("Advertised", "data");
        device.Remove("driver");
    }

    private static IEnumerable<string> Devices(AgentBench bench) =>
        bench.Cluster.Kubernetes.Store.Find("resourceslices.resource.k8s.io", $"{bench.NodeName}-eni.networking.k8s.aws")!["spec"]!["devices"]!
            .AsArray()
            .Select(device => device!["name"]!.GetValue<string>());

    private static PreparedClaims Claim(AgentBench bench, string address, bool boundForClaim, string eni = "eni-a")
    {
        var folder = Path.GetDirectoryName(bench.Cluster.ManagerEnvironment(bench.NodeName)["INTERFACE_MAPPING_STORE_PATH"])!;
        var record = new PreparedClaims(Path.Combine(folder, "prepared-claims.json"), null);
        record.Save(
            new PreparedClaim
            {
                Namespace = "ns",
                Name = "net",
                Uid = "uid-net",
                BootId = bench.Node.BootId,
                Phase = ClaimPhase.Prepared,
                Devices =
                [
                    new PreparedClaimDevice
                    {
                        Requests = ["nic"],
                        Device = eni,
                        Eni = new EniFacts { EniId = eni },
                        PciAddress = address,
                        Resource = "intel.com/intel_sriov_netdevice_1",
                        Driver = "vfio-pci",
                        IsBoundForClaim = boundForClaim,
                    },
                ],
            }
        );
        return record;
    }
}
