using CsCheck;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Host.Simulated;

namespace MultiEni.Manager.Tests.Devices;

/// <summary>
/// Whatever stands in a tree that claims to be sysfs: reading it ends without a crash, and no write
/// leaves the tree.
/// </summary>
public sealed class SysfsFuzzTests
{
    // Shared, because each keeps threads.
    private static readonly BlockingCalls Calls = new();

    private const string Secret = "untouched";

    private static readonly string[] Files = ["vendor", "device", "class", "driver_override", "virtfn0", "uio/uio0", "net/eth0"];

    private static readonly string[] Links = ["driver", "iommu_group", "subsystem"];

    private static readonly Gen<string> Text = Gen.OneOf<string>(
        Gen.OneOf("0x1d0f", "0xec20", "0x020000", "0x", "", "(null)", "\0", "-1", "99999999999999999999", "0X1D0F\n\n", "vfio-pci", "../../etc"),
        Gen.String[0, 40],
        Gen.Byte.Array[0, 60].Select(bytes => new string([.. bytes.Select(value => (char)value)]))
    );

    // Some lead to where the kernel's do, some out of the tree, some nowhere, some to themselves.
    private static readonly Gen<string> Target = Gen.OneOf(
        "../../../../bus/pci/drivers/ena",
        "../../../../bus/pci/drivers/vfio-pci",
        "../../../../bus/pci/drivers/outside",
        "../../../../bus/pci/drivers/absent",
        "../../../../../outside",
        "..",
        ".",
        "/",
        "driver",
        "a/",
        "../../../../kernel/iommu_groups/0",
        "../../../../kernel/iommu_groups/.."
    );

    private static readonly Gen<string> DeviceName = Gen.OneOf("0000:00:06.0", "0000:00:07.0", "0000:00:1f.7", "x", "0000:00:06.0:1", "ffff:ff:1f.7");

    private static readonly Gen<(string Device, (string Name, string Text)[] Files, (string Name, string Target)[] Links)> Device =
        from name in DeviceName
        from files in Gen.Select(Gen.OneOf(Files), Text).Array[0, Files.Length]
        from links in Gen.Select(Gen.OneOf(Links), Target).Array[0, Links.Length]
        select (name, files, links);

    [Fact]
    public void A_fuzzed_tree_is_read_and_bound_without_a_crash_and_without_a_write_outside() =>
        Device.Array[1, 4].Sample(devices => Survives(devices), iter: 60, threads: 1);

    private static void Survives((string Device, (string Name, string Text)[] Files, (string Name, string Target)[] Links)[] devices)
    {
        using var folder = new TemporaryFolder();
        var root = folder.File("root");
        var outside = folder.File("outside");
        Build(root, outside, devices);
        var files = new KernelFiles(new KernelHostOptions { Root = root }, Calls);
        var host = new NodeHost(files, new NoLinks(), new NoEvents(), new EthtoolCounters(Calls), new NoTelemetry());
        ReadAndWriteAsync(host).GetAwaiter().GetResult();
        Assert.All(Directory.EnumerateFiles(outside), path => Assert.Equal(Secret, File.ReadAllText(path)));
        Assert.Equal(4, Directory.EnumerateFileSystemEntries(outside).Count());
    }

    private static async Task ReadAndWriteAsync(NodeHost host)
    {
        var stop = TestContext.Current.CancellationToken;
        var seen = await new HostReader(host).ReadAsync(stop);
        var locked = new LockedFiles(host.Files, TimeProvider.System, TimeSpan.FromSeconds(10), null, null);
        var native = new NativeDriverMethod(host.Files, locked, TimeProvider.System);
        foreach (var device in seen.Devices)
        {
            try
            {
                await native.BindAsync(device, "vfio-pci", () => { }, stop);
                await native.GiveBackAsync(device, "ena", stop);
            }
            catch (InvalidOperationException refused)
            {
                // The one answer to a link that leads out of the tree.
                Assert.Contains("nothing is written there", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    private static void Build(
        string root,
        string outside,
        (string Device, (string Name, string Text)[] Files, (string Name, string Target)[] Links)[] devices
    )
    {
        Directory.CreateDirectory(outside);
        foreach (var name in (string[])["bind", "unbind", "driver_override", "drivers_probe"])
        {
            File.WriteAllText(Path.Combine(outside, name), Secret);
        }

        Put(root, "/proc/sys/kernel/random/boot_id", "boot-1");
        Put(root, "/sys/bus/pci/drivers_probe", "");
        foreach (var driver in (string[])["ena", "vfio-pci"])
        {
            Put(root, $"/sys/bus/pci/drivers/{driver}/bind", "");
            Put(root, $"/sys/bus/pci/drivers/{driver}/unbind", "");
        }

        Directory.CreateSymbolicLink(root + "/sys/bus/pci/drivers/outside", outside);
        Directory.CreateDirectory(root + "/sys/kernel/iommu_groups/0/devices");
        foreach (var (device, files, links) in devices)
        {
            var home = $"/sys/bus/pci/devices/{device}";
            Directory.CreateDirectory(root + home);
            // Enough of a network function to be looked at, unless fuzzed otherwise.
            Put(root, home + "/class", "0x020000");
            Put(root, home + "/vendor", "0x1d0f");
            Put(root, home + "/device", "0xec20");
            foreach (var (name, text) in files)
            {
                Put(root, $"{home}/{name}", text);
            }

            foreach (var (name, target) in links)
            {
                var path = $"{root}{home}/{name}";
                if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
                {
                    File.CreateSymbolicLink(path, target);
                }
            }

            var overridePath = $"{root}{home}/driver_override";
            if (files.Length % 3 == 0 && !File.Exists(overridePath))
            {
                File.CreateSymbolicLink(overridePath, Path.Combine(outside, "driver_override"));
            }
        }
    }

    private static void Put(string root, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root + path)!);
        if (new FileInfo(root + path).LinkTarget is null)
        {
            File.WriteAllText(root + path, text);
        }
    }

    private sealed class NoLinks : ILinks
    {
        public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new NetworkState([], [], [], []));

        public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) => ValueTask.FromResult(Errno.NoDevice);

        public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) => ValueTask.FromResult(Errno.NoDevice);

        public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) => ValueTask.FromResult(Errno.NoDevice);

        public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) => ValueTask.FromResult(Errno.NoDevice);
    }

    private sealed class NoEvents : IHostEvents
    {
        public IAsyncEnumerable<HostEvent> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<HostEvent>();
    }
}
