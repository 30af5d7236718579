using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>The manager ends with the machine, and its successor finds what it left.</summary>
public abstract class CrashStories(NodeFixture node) : SafetyStories(node)
{
    private const int Slot = 6;
    private const string Resource = "intel.com/crash";
    private static readonly string Address = NodeFixture.Address(Slot);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reboot_voids_the_bindings_and_they_are_made_anew()
    {
        await Guest.BeginAsync("reboot");
        await Guest.Node.Machine.Monitor.PlugAsync(Slot, "52:54:00:00:06:08", Stop);
        Guest.Node.Cluster.Attach("reboot", "52:54:00:00:06:08", Bound());
        var before = await Guest.BoundAsync("reboot");

        var boot = await Guest.Shell.RebootAsync(Stop);
        Assert.NotEqual(before.Status!.Device!.BootId, boot);
        await Guest.BeginAsync("reboot");
        Assert.Equal("e1000e", await Guest.DriverAsync(Address));
        Assert.Equal("Bound", Phase());
        await Guest.SetUpAsync();

        await Guest.Node.AwaitAsync("reboot", enia => enia.Status?.Device?.BootId == boot, "reported in the new boot", Stop);
        await Guest.BoundAsync("reboot");
        Assert.Equal("vfio-pci", await Guest.DriverAsync(Address));
        Assert.Contains("of an earlier boot are void", await Guest.ManagerLogAsync("reboot"), StringComparison.Ordinal);
        Assert.Contains($"{Address}: Adding kernel taint", await Guest.KernelLogAsync("reboot"), StringComparison.Ordinal);
        await Guest.ReleaseAsync("reboot");
        await Guest.UnplugAsync(Slot);
    }

    private string? Phase() =>
        JsonNode.Parse(File.ReadAllText(Guest.Node.Journal))!["devices"]!
            .AsArray()
            .FirstOrDefault(entry => entry!["pciAddress"]!.GetValue<string>() == Address)
            ?["phase"]!.GetValue<string>();

    private static DeviceSpec Bound() =>
        new()
        {
            Use = DeviceUses.Bound,
            Driver = "vfio-pci",
            ResourceName = Resource,
        };
}
