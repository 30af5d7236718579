using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// Claims on a real kernel: the ENI manager is a DRA driver, asked over its own socket as a kubelet
/// asks.
/// </summary>
public abstract class ClaimStories(NodeFixture node) : ClaimKillStories(node)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_is_bound_while_a_claim_for_DPDK_is_prepared_and_the_kernels_before_and_after()
    {
        const string mac = "52:54:00:00:05:21";
        var card = new ClaimedCard(Guest, 5, mac);
        await card.BeginAsync("claimed", DeviceUses.Advertised);
        Assert.Equal("v1.DRAPlugin", card.Kubelet.Registered!["service"]!.GetValue<string>());
        await card.AssertKernelsAsync();

        var claim = card.Claim("dpdk");
        var first = await card.Kubelet.PrepareAsync(claim, Stop);
        Assert.Equal("", first.Error);
        await card.AssertPreparedAsync(claim);
        var again = await card.Kubelet.PrepareAsync(claim, Stop);
        Assert.Equal("", again.Error);
        Assert.Equal(first.CdiIds, again.CdiIds);
        await card.AssertPreparedAsync(claim);

        await AssertUsableAsync(card, claim, mac);
        await card.AssertPreparedAsync(claim);

        Assert.Equal("", (await card.Kubelet.UnprepareAsync(claim, Stop)).Error);
        await card.AssertKernelsAsync();
        Assert.Equal("", (await card.Kubelet.UnprepareAsync(claim, Stop)).Error);
        Assert.Equal("", (await card.Kubelet.UnprepareAsync(claim with { Name = "unknown", Uid = "unknown" }, Stop)).Error);
        await card.AssertKernelsAsync();
        await card.EndAsync();
    }

    [Fact]
    public async Task A_claim_for_the_kernels_interface_leaves_the_device_as_it_is_and_names_the_interface()
    {
        const string mac = "52:54:00:00:05:22";
        var card = new ClaimedCard(Guest, 5, mac);
        await card.BeginAsync("claimed-kernel", DeviceUses.Advertised);
        var link = await Guest.InterfaceAsync(mac);

        var claim = card.Claim("kernel", ClaimModes.Kernel);
        Assert.Equal("", (await card.Kubelet.PrepareAsync(claim, Stop)).Error);
        Assert.Equal("e1000e", await Guest.DriverAsync(card.Address));
        var metadata = await card.Kubelet.ReadAsync(await MetadataPathAsync(card, claim), Stop);
        Assert.Equal(link, metadata["requests"]![0]!["devices"]![0]!["networkData"]!["interfaceName"]!.GetValue<string>());

        Assert.Equal("", (await card.Kubelet.UnprepareAsync(claim, Stop)).Error);
        await card.AssertKernelsAsync();
        await card.EndAsync();
    }

    [Fact]
    public async Task A_claim_for_the_kernels_interface_of_a_device_that_is_always_bound_is_rejected_with_the_remedy()
    {
        var card = new ClaimedCard(Guest, 5, "52:54:00:00:05:23");
        await card.BeginAsync("claimed-bound", DeviceUses.Bound);
        var claim = card.Claim("kernel", ClaimModes.Kernel);

        var answer = await card.Kubelet.PrepareAsync(claim, Stop);

        Assert.Contains("spec.dpdkBinding: WhenClaimed", answer.Error, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", await Guest.DriverAsync(card.Address));
        Assert.Null(card.Phase(claim.Name));
        Assert.Empty(await card.Kubelet.FilesAsync(Stop));
        Assert.Equal("", (await card.Kubelet.UnprepareAsync(claim, Stop)).Error);

        // Neither does it stand in the way of one that takes the device as it is.
        var other = card.Claim("dpdk");
        Assert.Equal("", (await card.Kubelet.PrepareAsync(other, Stop)).Error);
        await card.AssertPreparedAsync(other);
        Assert.Equal("", (await card.Kubelet.UnprepareAsync(other, Stop)).Error);
        Assert.Equal("vfio-pci", await Guest.DriverAsync(card.Address));
        await card.EndAsync();
    }

    // What a container runtime, a container and an operator find.
    private async Task AssertUsableAsync(ClaimedCard card, GuestClaim claim, string mac)
    {
        var devices = (await card.Kubelet.ReadAsync(ClaimedCard.CdiFile(claim), Stop))["devices"]!.AsArray();
        var variable = devices[0]!["containerEdits"]!["env"]![0]!.GetValue<string>();
        Assert.Equal($"PCIDEVICE_INTEL_COM_CLAIMED={card.Address}", variable);
        foreach (var entry in devices[1]!["containerEdits"]!["deviceNodes"]!.AsArray())
        {
            var path = (entry!["hostPath"] ?? entry["path"])!.GetValue<string>();
            await Guest.Shell.RunAsync($"test -c {path}", Stop);
        }

        var metadata = await card.Kubelet.ReadAsync(await MetadataPathAsync(card, claim), Stop);
        var device = metadata["requests"]![0]!["devices"]![0]!;
        Assert.Equal(mac, device["networkData"]!["hardwareAddress"]!.GetValue<string>());
        Assert.Equal(Guest.HasIommu ? "iommu" : "noiommu", device["attributes"]!["iommu"]!["string"]!.GetValue<string>());
        await Guest.Node.AwaitAsync(
            () => Task.FromResult(claim.NetworkData(Guest.Node.Cluster.Kubernetes.Store)?["hardwareAddress"]?.GetValue<string>() == mac),
            "the claim's status to say how its device is reached",
            Stop
        );

        var application = await TestPmd.StartAsync(Guest, variable.Split('=')[1]);
        await application.SendsAsync(Guest);
        Assert.Equal(0, await application.StopAsync());
    }

    private static async Task<string> MetadataPathAsync(ClaimedCard card, GuestClaim claim) =>
        (await card.Kubelet.ReadAsync(ClaimedCard.MetadataCdiFile(claim), Stop))["devices"]![0]!["containerEdits"]!["mounts"]![0]![
            "hostPath"
        ]!.GetValue<string>();
}
