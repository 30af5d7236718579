using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>The manager is ended by SIGKILL, and its successor finds what it left.</summary>
public abstract class KillStories(NodeFixture node) : LifeStories(node)
{
    private const int Slot = 6;
    private const string Resource = "intel.com/crash";
    private static readonly string Address = NodeFixture.Address(Slot);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_before_any_of_its_changes_the_manager_leaves_what_its_successor_finishes()
    {
        const string mac = "52:54:00:00:06:07";
        await Guest.BeginAsync("killed");
        await Guest.Node.Machine.Monitor.PlugAsync(Slot, mac, Stop);
        await Guest.InterfaceAsync(mac);
        await RestartAsync();
        var strike = new Strike(Guest);
        var (binding, givingBack) = (new List<string>(), new List<string>());
        var (midBind, midGiveBack) = (true, true);
        for (var changes = 0; midBind || midGiveBack; changes++)
        {
            var name = $"killed-{changes}";
            if (midBind)
            {
                await strike.ArmAsync(changes);
            }

            Guest.Node.Cluster.Attach(name, mac, Bound());
            if (midBind && (midBind = await strike.StruckAsync(() => IsOffered(name), $"{name} to be offered")))
            {
                binding.Add(await SeenAsync(strike));
                await RestartAsync();
            }

            await Guest.BoundAsync(name);
            Assert.Equal("vfio-pci", await Guest.DriverAsync(Address));
            Assert.Equal("Bound", Phase());
            Assert.Equal([Address], Guest.Node.Plugin.Served![Resource]);

            if (midGiveBack)
            {
                await strike.ArmAsync(changes);
            }

            Guest.Node.Cluster.Delete(name);
            if (midGiveBack && (midGiveBack = await strike.StruckAsync(() => IsLetGo(name), $"{name} to be let go")))
            {
                givingBack.Add(await SeenAsync(strike));
                await RestartAsync();
            }

            await Guest.ReleasedAsync(name);
            Assert.Equal("e1000e", await Guest.DriverAsync(Address));
            Assert.Equal("(null)", await Guest.Shell.RunAsync($"cat /sys/bus/pci/devices/{Address}/driver_override", Stop));
            Assert.Null(Phase());
            Assert.DoesNotContain(Address, await File.ReadAllTextAsync(Guest.Node.PluginFile, Stop), StringComparison.Ordinal);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{binding.Count} kill points while binding, {givingBack.Count} while giving back\n{string.Join('\n', [.. binding, .. givingBack])}"
        );
        // Each is known to have at least its journal's phases and the writes to the kernel between them.
        Assert.True(binding.Count >= 7, string.Join('\n', binding));
        Assert.True(givingBack.Count >= 6, string.Join('\n', givingBack));
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.SetUpAsync();
        await Guest.UnplugAsync(Slot);
    }

    private async Task RestartAsync()
    {
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.Node.StartManagerAsync(Stop, Strike.Environment);
    }

    // What a kill left: at most this one card without a driver, and then the journal knows of it.
    private async Task<string> SeenAsync(Strike strike)
    {
        var made = await strike.ChangesAsync();
        var (driver, phase) = (await Guest.DriverAsync(Address), Phase());
        var without = await Guest.Shell.RunAsync(
            "cd /sys/bus/pci/devices; for d in *; do case $(cat $d/class) in 0x02*) [ -e $d/driver ] || echo $d;; esac; done",
            Stop
        );
        Assert.Equal(driver.Length == 0 ? Address : "", without);
        Assert.True(driver == "e1000e" || phase is not null, $"{Address} is held by '{driver}' and the journal knows nothing of it");
        return $"  after {made.Length} changes ({made.LastOrDefault() ?? "none"}): driver {(driver.Length == 0 ? "none" : driver)}, journal {phase ?? "empty"}";
    }

    private bool IsOffered(string name) =>
        Guest.Node.Cluster.Find(name)?.Status is { Device.Advertised: true } status && status.Conditions.IsTrue("Advertised");

    private bool IsLetGo(string name) => Guest.Node.Cluster.Find(name)?.Metadata.Finalizers?.Contains(MultiEni.Api.Names.DeviceFinalizer) != true;

    private string? Phase() =>
        File.Exists(Guest.Node.Journal)
            ? JsonNode.Parse(File.ReadAllText(Guest.Node.Journal))!["devices"]!
                .AsArray()
                .FirstOrDefault(entry => entry!["pciAddress"]!.GetValue<string>() == Address)
                ?["phase"]!.GetValue<string>()
            : null;

    private static DeviceSpec Bound() =>
        new()
        {
            Use = DeviceUses.Bound,
            Driver = "vfio-pci",
            ResourceName = Resource,
        };
}
