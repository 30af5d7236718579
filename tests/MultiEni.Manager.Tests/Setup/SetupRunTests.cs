using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Setup;

namespace MultiEni.Manager.Tests.Setup;

/// <summary>
/// The whole setup on a temporary tree, with a modprobe that does on it what the real one does.
/// </summary>
public sealed class SetupRunTests : IDisposable
{
    private const string Release = "6.12.0-test";
    private readonly TemporaryFolder _root = new();

    public SetupRunTests()
    {
        Put("proc/sys/kernel/osrelease", Release + "\n");
        Put("proc/sys/kernel/random/boot_id", "boot-1\n");
        Put("proc/self/status", "CapEff:\t000001ffffffffff\n");
        Directory.CreateDirectory(At($"lib/modules/{Release}"));
        Modprobe(
            $"echo \"$@\" >>{At("calls")}; mkdir -p {At("sys/bus/pci/drivers/vfio-pci")} {At("sys/module/vfio/parameters")}; "
                + $"echo N >{At(SysfsPaths.NoIommuMode)}"
        );
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string NoIommu => File.ReadAllText(At(SysfsPaths.NoIommuMode)).Trim()[..1];

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_bare_host_is_made_ready_once_and_a_second_run_changes_nothing()
    {
        Assert.Null(await RunAsync());
        Assert.Equal("1", NoIommu);
        Assert.Equal($"-d {_root.Path} -- vfio-pci", (await File.ReadAllTextAsync(At("calls"), Stop)).Trim());

        Assert.Null(await RunAsync());
        Assert.Single(await File.ReadAllLinesAsync(At("calls"), Stop));
    }

    [Fact]
    public async Task What_was_switched_on_is_switched_off_again()
    {
        Assert.Null(await RunAsync());
        Assert.Null(await RunAsync(undo: true));
        Assert.Equal("0", NoIommu);
    }

    [Fact]
    public async Task What_somebody_else_switched_on_stays()
    {
        Modprobe("exit 1");
        Directory.CreateDirectory(At("sys/bus/pci/drivers/vfio-pci"));
        Put(SysfsPaths.NoIommuMode, "Y\n");
        Assert.Null(await RunAsync());
        Assert.Null(await RunAsync(undo: true));
        Assert.Equal("Y", NoIommu);
    }

    [Fact]
    public async Task A_host_with_an_IOMMU_keeps_its_protection()
    {
        Directory.CreateDirectory(At("sys/class/iommu/dmar0"));
        Directory.CreateDirectory(At("sys/module/vfio_iommu_type1"));
        Assert.Null(await RunAsync());
        Assert.Equal("N", NoIommu);
    }

    [Fact]
    public async Task A_module_that_cannot_be_loaded_ends_it_with_what_modprobe_said()
    {
        Modprobe("echo \"modprobe: FATAL: Module $4 not found in directory /lib/modules/x\" >&2; exit 1");
        var why = await RunAsync();
        Assert.Equal(Reasons.DriverModuleUnavailable, why?.Reason);
        Assert.Contains("Module vfio-pci not found", why?.Message, StringComparison.Ordinal);
        Assert.Equal((why!.Message, "boot-1"), Noted());

        Directory.CreateDirectory(At("sys/bus/pci/drivers/vfio-pci"));
        Assert.Null(await RunAsync());
        Assert.Equal(("", "boot-1"), Noted());

        (string, string) Noted() => SetupRecord.Read(At("state/setup.json")) is var record ? (record.Problem, record.BootId) : default;
    }

    [Fact]
    public async Task A_read_only_place_for_the_note_does_not_matter()
    {
        Put("state", "a file where the folder should be");
        Assert.Null(await RunAsync());
        Assert.Equal("1", NoIommu);
    }

    private async Task<Blocker?> RunAsync(bool undo = false)
    {
        var settings = new SetupSettings { RecordPath = At("state/setup.json"), Undo = undo };
        var files = new KernelFiles(new KernelHostOptions { Root = _root.Path }, new BlockingCalls());
        var loader = new ModuleLoader(_root.Path, [At("bin")], TimeSpan.FromMinutes(1), TimeProvider.System);
        return await new SetupRun(settings, files, loader, NullLogger.Instance).RunAsync(Stop);
    }

    private void Modprobe(string script)
    {
        Put("bin/modprobe", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At("bin/modprobe"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    private string At(string path) => Path.Join(_root.Path, path);
}
