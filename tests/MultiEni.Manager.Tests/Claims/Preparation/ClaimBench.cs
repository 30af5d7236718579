using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Claims.Preparation;

/// <summary>The parts that prepare claims, on a simulated node with one ENI.</summary>
internal sealed class ClaimBench : IAsyncDisposable
{
    private ClaimBench(BindingBench binding) => Binding = binding;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public BindingBench Binding { get; }

    public string CdiFolder => Binding.Folder.File("cdi");

    public string MetadataFolder => Binding.Folder.File("metadata");

    public string RecordPath => Binding.Folder.File("prepared-claims.json");

    /// <summary>Why the device must not be bound; null when it may.</summary>
    public Blocker? Refusal { get; set; }

    /// <summary>Files for runtimes and containers, without their folders' paths.</summary>
    public IReadOnlyList<string> Files =>
        [
            .. new[] { CdiFolder, MetadataFolder }
                .Where(Directory.Exists)
                .SelectMany(folder =>
                    Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
                )
                .Order(StringComparer.Ordinal),
        ];

    public static async Task<ClaimBench> StartAsync(SimulatedHostOptions? options = null) => new(await BindingBench.StartAsync(options));

    /// <summary>What a freshly started agent has: everything that is not on disk is gone.</summary>
    public ClaimLife Agent(Action<string>? before = null, TimeSpan? limit = null) => new(this, before, limit);

    /// <summary>A claim of the bench's device.</summary>
    public PreparedClaim Plan(string uid = "uid-1", string driver = "vfio-pci", bool forClaim = true) =>
        new()
        {
            Namespace = "ns",
            Name = "claim",
            Uid = uid,
            BootId = Binding.Node.BootId,
            Phase = ClaimPhase.Preparing,
            Devices =
            [
                new PreparedClaimDevice
                {
                    Requests = ["nic"],
                    Pool = Sample.Node,
                    Device = "eni-a",
                    PciAddress = Binding.Address,
                    Ids = A.Ena.ToString(),
                    Resource = "intel.com/dpdk_1",
                    Mode = driver == "ena" ? ClaimModes.Kernel : ClaimModes.Dpdk,
                    Driver = driver,
                    IsBoundForClaim = forClaim && driver != "ena",
                    Eni = Sample.Device().Eni,
                },
            ],
        };

    public string Cdi(string file) => File.ReadAllText(Path.Combine(CdiFolder, file)).TrimEnd();

    public ValueTask DisposeAsync() => Binding.DisposeAsync();
}

/// <summary>One life of the parts that prepare claims.</summary>
internal sealed class ClaimLife
{
    private readonly ClaimBench _bench;

    public ClaimLife(ClaimBench bench, Action<string>? before, TimeSpan? limit)
    {
        _bench = bench;
        var parts = bench.Binding.Agent(before, limit: limit);
        Journal = parts.Journal;
        Locked = parts.Locked;
        Claims = new PreparedClaims(bench.RecordPath, before);
        Files = new ClaimFiles(bench.CdiFolder, bench.MetadataFolder, before);
        var binding = new ClaimBinding(
            parts.Bind,
            parts.GiveBack,
            new DeviceChangeGate(bench.RecordPath + ".lock"),
            parts.Journal,
            async (_, _) =>
                bench.Refusal is { } why ? new BindClearance.Refused(why) : new BindClearance.Granted(await bench.Binding.RequestAsync("")),
            Restored.Add,
            TimeProvider.System
        );
        Preparation = new ClaimPreparation(Claims, binding, Files, bench.Binding.Wire);
    }

    /// <summary>Attachments whose devices were given back.</summary>
    public List<string> Restored { get; } = [];

    public BindingJournal Journal { get; }

    public LockedFiles Locked { get; }

    public PreparedClaims Claims { get; }

    public ClaimFiles Files { get; }

    public ClaimPreparation Preparation { get; }

    public PreparedClaim? Find(string uid = "uid-1") => Claims.Find(uid, _bench.Binding.Node.BootId);

    public JournalEntry? Entry() => Journal.Find(PciAddress.Parse(_bench.Binding.Address), _bench.Binding.Node.BootId);

    /// <summary>Whether a device is still there for claims when the claim is noted.</summary>
    public Func<PreparedClaimDevice, bool> IsOffered { get; set; } = _ => true;

    public Task<PrepareAnswer> PrepareAsync(PreparedClaim? plan = null) =>
        Preparation.PrepareAsync(plan ?? _bench.Plan(), IsOffered, _ => { }, ClaimBench.Stop);

    public Task<UnprepareAnswer> UnprepareAsync(string uid = "uid-1") => Preparation.UnprepareAsync(Find(uid)!, _ => { }, ClaimBench.Stop);
}
