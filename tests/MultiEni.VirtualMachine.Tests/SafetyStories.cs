using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>What must not be touched, and what goes away by itself.</summary>
public abstract class SafetyStories(NodeFixture node) : LifeStories(node)
{
    private const string PrimaryMac = "52:54:00:00:00:01";
    private const string Resource = "intel.com/guarded";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_card_with_the_default_route_is_refused_even_when_its_address_is_given(bool named)
    {
        await Guest.BeginAsync($"primary-{named}");
        var address = await Guest.Shell.RunAsync("basename $(readlink -f /sys/class/net/eth0/device/..)", Stop);
        var driver = await Guest.DriverAsync(address);
        var name = named ? "primary-named" : "primary";
        Guest.Node.Cluster.Attach(name, PrimaryMac, Bound(named ? address : null));

        var refused = await Guest.Node.AwaitAsync(
            name,
            enia => enia.Status?.Conditions.Find("Configured") is { Reason: Reasons.PrimaryInterface },
            "refused as the primary interface",
            Stop
        );

        Assert.Contains("default route", refused.Status!.Conditions.Find("Configured")!.Message, StringComparison.Ordinal);
        Assert.Equal(driver, await Guest.DriverAsync(address));
        Assert.Contains("dev eth0", await Guest.Shell.RunAsync("ip route show default", Stop), StringComparison.Ordinal);
        await Guest.ReleaseAsync(name);
        Assert.Equal(driver, await Guest.DriverAsync(address));
    }

    [Fact]
    public async Task A_card_with_an_IPv6_default_route_only_is_refused()
    {
        const int slot = 7;
        const string mac = "52:54:00:00:07:06";
        await Guest.BeginAsync("ipv6");
        await Guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        var link = await Guest.InterfaceAsync(mac);
        await Guest.Shell.RunAsync(
            $"ip link set {link} up; ip -6 addr add fd00:7::1/64 dev {link} nodad; ip -6 route add default via fd00:7::2 dev {link} metric 16",
            Stop
        );
        Guest.Node.Cluster.Attach("ipv6", mac, Bound(null));

        await Guest.Node.AwaitAsync(
            "ipv6",
            enia => enia.Status?.Conditions.Find("Configured") is { Reason: Reasons.PrimaryInterface },
            "refused as a primary interface",
            Stop
        );

        Assert.Equal("e1000e", await Guest.DriverAsync(NodeFixture.Address(slot)));
        await Guest.ReleaseAsync("ipv6");
        Assert.Contains($"dev {link}", await Guest.Shell.RunAsync("ip -6 route show default", Stop), StringComparison.Ordinal);
        await Guest.UnplugAsync(slot);
    }

    [Fact]
    public async Task A_bound_card_that_is_pulled_out_is_withdrawn_and_bound_again_when_it_comes_back()
    {
        const int slot = 8;
        const string mac = "52:54:00:00:08:01";
        await Guest.BeginAsync("pulled");
        await Guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        Guest.Node.Cluster.Attach("pulled", mac, Bound(null));
        await Guest.BoundAsync("pulled");

        await Guest.UnplugAsync(slot);
        var gone = await Guest.Node.AwaitAsync(
            "pulled",
            enia => enia.Status is { Device: not { Advertised: true } } && enia.Status.Conditions.Find("Configured") is { Status: "False" },
            "seen to be gone",
            Stop
        );
        Assert.Equal(Reasons.WaitingForDevice, gone.Status!.Conditions.Find("Configured")!.Reason);
        await Guest.Node.AwaitAsync(() => Task.FromResult(Guest.Node.Plugin.Served?.ContainsKey(Resource) == false), "the offer to end", Stop);

        await Guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        await Guest.BoundAsync("pulled");

        await Guest.ReleaseAsync("pulled");
        Assert.Equal("e1000e", await Guest.DriverAsync(NodeFixture.Address(slot)));
        await Guest.UnplugAsync(slot);
    }

    private static DeviceSpec Bound(string? address) =>
        new()
        {
            Use = DeviceUses.Bound,
            Driver = "vfio-pci",
            ResourceName = Resource,
            PciAddress = address,
        };
}
