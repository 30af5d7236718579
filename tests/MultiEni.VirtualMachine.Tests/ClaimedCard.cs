using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A card that is offered to claims, on a node whose ENI manager is a DRA driver as long as the
/// story is told.
/// </summary>
internal sealed class ClaimedCard(NodeFixture guest, int slot, string mac)
{
    /// <summary>Greater than the kernel's own, so that it shows whether it was set again.</summary>
    public const int Mtu = 9001;

    private const string PrivateAddress = "10.0.5.6";
    private IReadOnlyDictionary<string, string> _settings = GuestKubelet.Settings;
    private string _story = "";

    public string Address { get; } = NodeFixture.Address(slot);

    private string Device => $"eni-{_story}";

    public GuestKubelet Kubelet { get; } = new(guest.Node);

    /// <summary>The record of prepared claims.</summary>
    private string Record => Path.Combine(guest.Node.Machine.Folder, "state/prepared-claims.json");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Begins a story with the card offered to claims.</summary>
    /// <param name="story">Its name, and that of the attachment.</param>
    /// <param name="use">One of <see cref="DeviceUses"/>.</param>
    /// <param name="settings">Further settings of the ENI manager.</param>
    public async Task BeginAsync(string story, string use, IReadOnlyDictionary<string, string>? settings = null)
    {
        _story = story;
        _settings = new Dictionary<string, string>([.. GuestKubelet.Settings, .. settings ?? new Dictionary<string, string>()]);
        await guest.BeginAsync(story);
        await guest.Node.StopManagerAsync(Stop);
        await GuestKubelet.ClearAsync(guest.Node, Stop);
        await guest.SetUpAsync(_settings);
        await guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        await guest.InterfaceAsync(mac);
        var device = new DeviceSpec
        {
            Use = use,
            Driver = "vfio-pci",
            ResourceName = "intel.com/claimed",
        };
        guest.Node.Cluster.Attach(story, mac, device, Mtu, addresses: PrivateAddress);
        await Kubelet.RegisterAsync(Stop);
        await OfferedAsync();
    }

    /// <summary>Ends it: nothing is left of claims, and the node is as it was found.</summary>
    public async Task EndAsync()
    {
        await AssertNoClaimAsync();
        Deallocate();
        await guest.ReleaseAsync(_story);
        await guest.UnplugAsync(slot);
        await guest.Node.StopManagerAsync(Stop);
        await guest.SetUpAsync();
    }

    /// <summary>The manager that was killed has a successor, which the kubelet registers.</summary>
    public async Task SucceedAsync()
    {
        await guest.Node.StartManagerAsync(Stop, _settings);
        await Kubelet.RegisterAsync(Stop);
    }

    public Task OfferedAsync() =>
        guest.Node.AwaitAsync(
            _story,
            found => found.Status is { Device.Advertised: true } status && status.Conditions.IsTrue("Advertised"),
            "offered to claims",
            Stop
        );

    public GuestClaim Claim(string name, string mode = ClaimModes.Dpdk) =>
        GuestClaim.Allocate(guest.Node.Cluster.Kubernetes.Store, name, Device, mode);

    /// <summary>
    /// As a scheduler does it: of devices in a ResourceSlice only, where this one is again when the
    /// kernel's interface was configured after an earlier claim.
    /// </summary>
    public async Task<GuestClaim> ClaimWhenListedAsync(string name)
    {
        await guest.Node.AwaitAsync(
            () => Task.FromResult(GuestClaim.IsListed(guest.Node.Cluster.Kubernetes.Store, Device)),
            $"{Device} to be in a ResourceSlice without a taint",
            Stop
        );
        return Claim(name);
    }

    /// <summary>The pods of claims are gone: Kubernetes takes the allocations back.</summary>
    public void Deallocate() => GuestClaim.ForgetAll(guest.Node.Cluster.Kubernetes.Store);

    /// <summary>Asks until it is done, as a kubelet does.</summary>
    public async Task<GuestAnswer> UntilDoneAsync(Func<Task<GuestAnswer>> ask)
    {
        GuestAnswer? answer = null;
        var last = "";
        await guest.Node.AwaitAsync(
            async () =>
            {
                answer = await ask();
                if (answer.Error != last)
                {
                    last = answer.Error;
                    TestContext.Current.TestOutputHelper!.WriteLine($"  not yet: {last}");
                }

                return answer.IsDone;
            },
            "the driver to do it",
            Stop
        );
        return answer!;
    }

    /// <summary>The card is the claim's: driver, files and record.</summary>
    public async Task AssertPreparedAsync(GuestClaim claim)
    {
        Assert.Equal("vfio-pci", await guest.DriverAsync(Address));
        Assert.Equal("Prepared", Phase(claim.Name));
        Assert.Equal(FilesOf(claim), await Kubelet.FilesAsync(Stop));
    }

    /// <summary>
    /// The card is the kernel's, configured as its attachment says, and nothing is left of claims.
    /// </summary>
    public async Task AssertKernelsAsync()
    {
        Assert.Equal("e1000e", await guest.DriverAsync(Address));
        Assert.Equal("(null)", await guest.Shell.RunAsync($"cat /sys/bus/pci/devices/{Address}/driver_override", Stop));
        await AssertNoClaimAsync();
        if (File.Exists(guest.Node.Journal))
        {
            Assert.DoesNotContain(Address, await File.ReadAllTextAsync(guest.Node.Journal, Stop), StringComparison.Ordinal);
        }

        // The driver has answered; what the interface needs is done by whoever does it otherwise.
        var link = await guest.InterfaceAsync(mac);
        await guest.Node.AwaitAsync(
            async () =>
                await guest.Shell.RunAsync($"ip -o link show {link}", Stop) is var shown
                && shown.Contains($"mtu {Mtu} ", StringComparison.Ordinal)
                && shown.Contains(",UP", StringComparison.Ordinal),
            $"{link} to be up with its MTU",
            Stop
        );
    }

    /// <summary>What a kill left, for the report: the driver, and what the records know.</summary>
    public async Task<string> SeenAsync(GuestClaim claim)
    {
        var driver = await guest.DriverAsync(Address);
        var files = await Kubelet.FilesAsync(Stop);
        // Neither a changed driver nor a file without the record: else nobody would undo it.
        Assert.True(
            Phase(claim.Name) is not null || (driver == "e1000e" && files.Count == 0),
            $"driver '{driver}', files {string.Join(", ", files)}"
        );
        return $"driver {(driver.Length == 0 ? "none" : driver)}, claim {Phase(claim.Name) ?? "unknown"}, {files.Count} files";
    }

    /// <summary>How far the record says that a claim has come; null when it has none.</summary>
    public string? Phase(string name) =>
        File.Exists(Record)
            ? JsonNode.Parse(File.ReadAllText(Record))!["claims"]!
                .AsArray()
                .FirstOrDefault(entry => entry!["name"]!.GetValue<string>() == name)
                ?["phase"]!.GetValue<string>()
            : null;

    private async Task AssertNoClaimAsync()
    {
        Assert.Empty(await Kubelet.FilesAsync(Stop));
        // The manager that runs may be writing one of them; what a killed one left does not go by itself.
        await guest.Node.AwaitAsync(
            async () => (await guest.Shell.RunAsync("ls -A /out/state 2>/dev/null | grep claim.*tmp || true", Stop)).Length == 0,
            "no unfinished record of claims",
            Stop
        );
        Assert.Empty(File.Exists(Record) ? JsonNode.Parse(await File.ReadAllTextAsync(Record, Stop))!["claims"]!.AsArray() : []);
    }

    private static List<string> FilesOf(GuestClaim claim)
    {
        const string driver = ClaimNames.Driver;
        var folder = $"/run/kubelet/plugins/{driver}/dra-device-metadata/{GuestClaim.Namespace}_{claim.Name}";
        List<string> files =
        [
            CdiFile(claim),
            MetadataCdiFile(claim),
            folder,
            $"{folder}/{GuestClaim.Request}",
            $"{folder}/{GuestClaim.Request}/metadata.json",
        ];
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    public static string CdiFile(GuestClaim claim) => $"/run/cdi/{ClaimNames.Driver}-eni_{claim.Uid}.json";

    public static string MetadataCdiFile(GuestClaim claim) => $"/run/cdi/{ClaimNames.Driver}_metadata_{claim.Uid}_{GuestClaim.Request}.json";
}
