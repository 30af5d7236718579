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

    // As cloud-init does on Ubuntu 24.04 and a subnet with IPv6 does anywhere; the VPC CNI's rule
    // for a pod is what must still be seen.
    [Fact]
    public async Task A_card_with_a_table_of_its_own_and_an_advertised_default_route_is_bound_unless_another_is_led_to_that_table()
    {
        const int slot = 7;
        const string mac = "52:54:00:00:07:0a";
        await Guest.BeginAsync("policy-routing");
        await Guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        var link = await Guest.InterfaceAsync(mac);
        // Appended, because the machine's own interface may have an advertised default route of the
        // same metric.
        await Guest.Shell.RunAsync(
            $"ip link set {link} up; ip addr add 10.77.0.6/24 dev {link}; ip route add default via 10.77.0.1 dev {link} table 101 proto static; "
                + "ip rule add from 10.77.0.6 table 101 proto static; ip rule add from 10.77.0.7 table 101 priority 1536; "
                + $"ip -6 route append default via fe80::1 dev {link} metric 1024 proto ra",
            Stop
        );
        try
        {
            Guest.Node.Cluster.Attach("policy", mac, Bound(null), addresses: ["10.77.0.6", "10.77.0.7"]);
            var refused = await Guest.Node.AwaitAsync(
                "policy",
                enia => enia.Status?.Conditions.Find("Bound") is { Reason: Reasons.DeviceInUse },
                "held to be in use by the pod's rule",
                Stop
            );
            Assert.Contains(
                "the rule 1536 leads there, from 10.77.0.7/32",
                refused.Status!.Conditions.Find("Bound")!.Message,
                StringComparison.Ordinal
            );
            Assert.Equal("True", refused.Status.Conditions.Find("Configured")!.Status);

            await Guest.Shell.RunAsync("ip rule del priority 1536", Stop);
            await Guest.BoundAsync("policy");
            await Guest.ReleaseAsync("policy");
        }
        finally
        {
            await Guest.Shell.TryAsync("ip rule del priority 1536; ip rule del table 101", Stop);
        }

        Assert.Equal("e1000e", await Guest.DriverAsync(NodeFixture.Address(slot)));
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
