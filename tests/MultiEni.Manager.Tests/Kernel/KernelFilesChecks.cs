using System.Diagnostics;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>What needs a mount of its own.</summary>
[Trait("runs", "in-namespace")]
public sealed class KernelFilesChecks
{
    private const int NoSpace = 28;

    public KernelFilesChecks() => OwnNamespace.Demand();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_tree_mounted_read_only_is_read_and_answers_writes_with_read_only()
    {
        var root = Directory.CreateTempSubdirectory("kernel-read-only-");
        try
        {
            await MountAsync("-t", "tmpfs", "tmpfs", root.FullName);
            root.CreateSubdirectory("sys");
            await File.WriteAllTextAsync(Path.Join(root.FullName, "sys/driver_override"), "(null)\n", Cancellation);
            await MountAsync("-o", "remount,ro", root.FullName);
            var files = new KernelFiles(new KernelHostOptions { Root = root.FullName }, new BlockingCalls());

            Assert.Equal(Errno.ReadOnly, await files.WriteAsync("/sys/driver_override", "vfio-pci", Cancellation));
            Assert.Equal("(null)", await files.ReadTextAsync("/sys/driver_override", Cancellation));
        }
        finally
        {
            await RunAsync("umount", root.FullName);
            root.Delete();
        }
    }

    [Fact(Explicit = true)]
    public async Task A_write_that_the_kernel_does_not_take_gives_its_error_number()
    {
        var root = Directory.CreateTempSubdirectory("kernel-full-");
        try
        {
            await MountAsync("-t", "tmpfs", "-o", "size=4k", "tmpfs", root.FullName);
            root.CreateSubdirectory("sys");
            await File.WriteAllTextAsync(Path.Join(root.FullName, "sys/bind"), "", Cancellation);
            await File.WriteAllBytesAsync(Path.Join(root.FullName, "filling"), new byte[4096], Cancellation);
            var files = new KernelFiles(new KernelHostOptions { Root = root.FullName }, new BlockingCalls());

            Assert.Equal(NoSpace, (int)await files.WriteAsync("/sys/bind", "x", Cancellation));
        }
        finally
        {
            await RunAsync("umount", root.FullName);
            root.Delete();
        }
    }

    private static Task MountAsync(params string[] arguments) => RunAsync("mount", arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
    }
}
