using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// The manager is ended by SIGKILL, and its successor finds what it left. Long stories, so each
/// runs on one of the machines.
/// </summary>
public abstract class KillStories(NodeFixture node) : RemovalStories(node)
{
    private const int Slot = 6;
    private const string Resource = "intel.com/crash";
    private const string Mac = "52:54:00:00:06:07";
    private static readonly string Address = NodeFixture.Address(Slot);

    private readonly Strike _strike = new(node);
    private readonly List<string> _binding = [];
    private readonly List<string> _givingBack = [];
    private Dictionary<string, string> _settings = [];
    private string _story = "";
    private string _name = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The manager is killed before each of its changes in turn.</summary>
    protected async Task KillBeforeEachChangeAsync()
    {
        await BeginAsync("killed");
        var (midBind, midGiveBack) = (true, true);
        for (var changes = 0; midBind || midGiveBack; changes++)
        {
            midBind = await BindAsync(changes, midBind);
            midGiveBack = await GiveBackAsync(changes, midGiveBack);
        }

        // Each has at least its journal's phases, the writes to the kernel between them, and the
        // device plugin's file with its record.
        await EndAsync(binding: 8, givingBack: 8);
    }

    /// <summary>
    /// The manager is killed together with dpdk-devbind.py, before each of the script's writes.
    /// </summary>
    protected async Task KillWithTheBindingScriptAsync()
    {
        await BeginAsync("killed-script", new Dictionary<string, string> { ["DPDK_BINDING_SCRIPT"] = "/usr/bin/dpdk-devbind.py" });
        // The script writes after the journal, and on the way back after the withdrawal too.
        foreach (var write in (int[])[1, 2, 3])
        {
            Assert.True(await BindAsync(write, strike: true));
            Assert.True(await GiveBackAsync(write + 4, strike: true));
        }

        await EndAsync(binding: 3, givingBack: 3);
    }

    private async Task BeginAsync(string story, IReadOnlyDictionary<string, string>? settings = null)
    {
        await Guest.BeginAsync(story);
        (_story, _settings) = (
            story,
            new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["LD_PRELOAD"] = Strike.Library }
        );
        await Guest.Node.Machine.Monitor.PlugAsync(Slot, Mac, Stop);
        await Guest.InterfaceAsync(Mac);
        await RestartAsync();
    }

    private async Task EndAsync(int binding, int givingBack)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{_binding.Count} kill points while binding, {_givingBack.Count} while giving back\n{string.Join('\n', [.. _binding, .. _givingBack])}"
        );
        Assert.True(_binding.Count >= binding, string.Join('\n', _binding));
        Assert.True(_givingBack.Count >= givingBack, string.Join('\n', _givingBack));
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.SetUpAsync();
        await Guest.UnplugAsync(Slot);
    }

    // Has a new ENI bound, with a kill after so many changes if there are as many; the successor
    // must come to the same end.
    private async Task<bool> BindAsync(int changes, bool strike)
    {
        _name = $"{_story}-{changes}";
        if (strike)
        {
            await _strike.ArmAsync(changes);
        }

        Guest.Node.Cluster.Attach(_name, Mac, Bound());
        var struck = strike && await _strike.StruckAsync(IsOffered, $"{_name} to be offered");
        if (struck)
        {
            _binding.Add(await SeenAsync());
            await RestartAsync();
        }

        await Guest.BoundAsync(_name);
        Assert.Equal("vfio-pci", await Guest.DriverAsync(Address));
        Assert.Equal("Bound", Phase());
        Assert.Equal([Address], Guest.Node.Plugin.Served![Resource]);
        return struck;
    }

    private async Task<bool> GiveBackAsync(int changes, bool strike)
    {
        if (strike)
        {
            await _strike.ArmAsync(changes);
        }

        Guest.Node.Cluster.Delete(_name);
        var struck = strike && await _strike.StruckAsync(IsLetGo, $"{_name} to be let go");
        if (struck)
        {
            _givingBack.Add(await SeenAsync());
            await RestartAsync();
        }

        await Guest.ReleasedAsync(_name);
        Assert.Equal("e1000e", await Guest.DriverAsync(Address));
        Assert.Equal("(null)", await Guest.Shell.RunAsync($"cat /sys/bus/pci/devices/{Address}/driver_override", Stop));
        Assert.Null(Phase());
        Assert.DoesNotContain(Address, await File.ReadAllTextAsync(Guest.Node.PluginFile, Stop), StringComparison.Ordinal);
        return struck;
    }

    private async Task RestartAsync()
    {
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.Node.StartManagerAsync(Stop, _settings);
    }

    // What a kill left: at most this one card without a driver, and then the journal knows of it.
    private async Task<string> SeenAsync()
    {
        var made = await _strike.ChangesAsync();
        var (driver, phase) = (await Guest.DriverAsync(Address), Phase());
        var without = await Guest.Shell.RunAsync(
            "cd /sys/bus/pci/devices; for d in *; do case $(cat $d/class) in 0x02*) [ -e $d/driver ] || echo $d;; esac; done",
            Stop
        );
        Assert.Equal(driver.Length == 0 ? Address : "", without);
        Assert.True(driver == "e1000e" || phase is not null, $"{Address} is held by '{driver}' and the journal knows nothing of it");
        return $"  after {made.Length} changes ({made.LastOrDefault() ?? "none"}): driver {(driver.Length == 0 ? "none" : driver)}, journal {phase ?? "empty"}";
    }

    private bool IsOffered() =>
        Guest.Node.Cluster.Find(_name)?.Status is { Device.Advertised: true } status && status.Conditions.IsTrue("Advertised");

    private bool IsLetGo() => Guest.Node.Cluster.Find(_name)?.Metadata.Finalizers?.Contains(MultiEni.Api.Names.DeviceFinalizer) != true;

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
