using System.Diagnostics;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

public sealed class KernelFilesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kernel-files-");
    private readonly KernelFiles _files;

    public KernelFilesTests() => _files = Files(_root.FullName);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("0x1d0f\n", "0x1d0f")]
    [InlineData("a\nb\n\n", "a\nb\n")]
    [InlineData("(null)", "(null)")]
    [InlineData("", "")]
    public async Task A_text_loses_one_trailing_newline(string stored, string text)
    {
        Put("/sys/file", stored);
        Assert.Equal(text, await _files.ReadTextAsync("/sys/file", Cancellation));
    }

    [Fact]
    public async Task A_text_longer_than_one_read_comes_whole()
    {
        var text = string.Concat(Enumerable.Range(0, 3000).Select(number => $"module {number}\n"));
        Put("/proc/modules", text);
        Assert.Equal(text[..^1], await _files.ReadTextAsync("/proc/modules", Cancellation));
    }

    [Theory]
    [InlineData("/sys/absent")]
    [InlineData("/sys/absent/vendor")]
    [InlineData("/sys/file/below")]
    [InlineData("/sys/dangling")]
    public async Task What_is_not_there_reads_as_null(string path)
    {
        Put("/sys/file", "x");
        File.CreateSymbolicLink(On("/sys/dangling"), "../nowhere");
        Assert.Null(await _files.ReadTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task A_directory_read_as_text_is_an_error_and_not_an_absence()
    {
        Directory.CreateDirectory(On("/sys/bus"));
        await Assert.ThrowsAnyAsync<SystemException>(async () => await _files.ReadTextAsync("/sys/bus", Cancellation));
    }

    [Fact]
    public async Task A_link_reads_as_stored_even_when_it_leads_nowhere()
    {
        Directory.CreateDirectory(On("/sys/bus/pci/devices/0000:00:06.0"));
        File.CreateSymbolicLink(On("/sys/bus/pci/devices/0000:00:06.0/driver"), "../../../../bus/pci/drivers/ena");
        Put("/sys/file", "x");

        Assert.Equal("../../../../bus/pci/drivers/ena", await _files.ReadLinkAsync("/sys/bus/pci/devices/0000:00:06.0/driver", Cancellation));
        Assert.Null(await _files.ReadLinkAsync("/sys/bus/pci/devices/0000:00:06.0/iommu_group", Cancellation));
        Assert.Null(await _files.ReadLinkAsync("/sys/file", Cancellation));
        Assert.Null(await _files.ReadLinkAsync("/sys/file/below", Cancellation));
    }

    [Fact]
    public async Task Names_come_sorted_by_their_bytes_with_links_and_without_the_directory_itself()
    {
        Directory.CreateDirectory(On("/sys/class/net/ens6"));
        Put("/sys/class/net/Zeta", "");
        File.CreateSymbolicLink(On("/sys/class/net/bond0"), "../nowhere");
        Assert.Equal(["Zeta", "bond0", "ens6"], await _files.ListAsync("/sys/class/net", Cancellation));
    }

    [Theory]
    [InlineData("/sys/absent")]
    [InlineData("/sys/file")]
    public async Task What_is_no_directory_lists_as_empty(string path)
    {
        Put("/sys/file", "x");
        Assert.Empty(await _files.ListAsync(path, Cancellation));
    }

    [Theory]
    [InlineData("/sys/file", true)]
    [InlineData("/sys", true)]
    [InlineData("/sys/dangling", true)]
    [InlineData("/sys/absent", false)]
    [InlineData("/sys/file/below", false)]
    public async Task Files_directories_and_dangling_links_exist(string path, bool exists)
    {
        Put("/sys/file", "x");
        File.CreateSymbolicLink(On("/sys/dangling"), "nowhere");
        Assert.Equal(exists, await _files.ExistsAsync(path, Cancellation));
    }

    [Fact]
    public async Task A_write_puts_exactly_the_given_bytes_at_the_start_and_creates_nothing()
    {
        Put("/sys/override", "(null)");
        Assert.Equal(Errno.None, await _files.WriteAsync("/sys/override", "\n", Cancellation));
        Assert.Equal("\nnull)", await File.ReadAllTextAsync(On("/sys/override"), Cancellation));

        Assert.Equal(Errno.NoEntry, await _files.WriteAsync("/sys/absent", "x", Cancellation));
        Assert.Equal(Errno.NoEntry, await _files.WriteAsync("/sys/absent/bind", "x", Cancellation));
        Assert.False(File.Exists(On("/sys/absent")));
    }

    [Fact]
    public async Task A_write_that_the_kernel_refuses_gives_its_error_number()
    {
        Directory.CreateDirectory(On("/sys/directory"));
        // A program whose text is in use may not be written to.
        File.CreateSymbolicLink(On("/sys/running"), Environment.ProcessPath!);

        Assert.Equal(26, (int)await _files.WriteAsync("/sys/running", "x", Cancellation));
        Assert.Equal(Errno.AccessDenied, await _files.WriteAsync("/sys/directory", "x", Cancellation));
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_tree_is_not_written_through()
    {
        var outside = Directory.CreateTempSubdirectory("kernel-files-outside-");
        try
        {
            var victim = Path.Join(outside.FullName, "victim");
            await File.WriteAllTextAsync(victim, "untouched", Cancellation);
            Directory.CreateDirectory(On("/sys/bus"));
            File.CreateSymbolicLink(On("/sys/file"), victim);
            File.CreateSymbolicLink(On("/sys/bus/folder"), outside.FullName);

            foreach (var path in (string[])["/sys/file", "/sys/bus/folder/victim"])
            {
                var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _files.WriteAsync(path, "x", Cancellation));
                Assert.Contains(victim, refused.Message, StringComparison.Ordinal);
            }

            Assert.Equal("untouched", await File.ReadAllTextAsync(victim, Cancellation));
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_write_that_blocks_leaves_the_wait_but_not_its_thread_when_cancelled()
    {
        Directory.CreateDirectory(On("/sys"));
        await RunAsync("mkfifo", On("/sys/unbind"));
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        // Nobody reads the pipe, so opening it for writing waits, as unbinding a device in use
        // does.
        var write = _files.WriteAsync("/sys/unbind", "0000:00:06.0", cancellation.Token).AsTask();
        await EventuallyAsync(() => ThreadNames().Contains("host write"));
        Assert.False(write.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        // Others are not held up, and the write goes through once somebody lets it.
        Assert.True(await _files.ExistsAsync("/sys/unbind", Cancellation));
        Assert.Equal("0000:00:06.0", await RunAsync("cat", On("/sys/unbind")));
    }

    [Fact]
    public async Task Many_blocked_writes_do_not_hold_up_a_read()
    {
        Put("/sys/file", "here");
        const int blocked = 20;
        var writes = new List<Task<Errno>>();
        for (var number = 0; number < blocked; number++)
        {
            await RunAsync("mkfifo", On($"/sys/pipe{number}"));
            writes.Add(_files.WriteAsync($"/sys/pipe{number}", "x", Cancellation).AsTask());
        }

        Assert.Equal("here", await _files.ReadTextAsync("/sys/file", Cancellation));
        Assert.All(writes, write => Assert.False(write.IsCompleted));

        for (var number = 0; number < blocked; number++)
        {
            Assert.Equal("x", await RunAsync("cat", On($"/sys/pipe{number}")));
        }

        Assert.All(await Task.WhenAll(writes), errno => Assert.Equal(Errno.None, errno));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("sys/file")]
    [InlineData("/sys/../etc/passwd")]
    [InlineData("/sys/bus/../../etc/passwd")]
    [InlineData("/sys/./file")]
    [InlineData("/sys//file")]
    [InlineData("/sys/")]
    [InlineData("/system/file")]
    [InlineData("/sys/a\0b")]
    [InlineData("/")]
    [InlineData("")]
    public async Task A_path_outside_the_three_trees_is_refused_by_every_operation(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ReadTextAsync(path, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ReadLinkAsync(path, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ListAsync(path, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ExistsAsync(path, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.WriteAsync(path, "x", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ProbeOpenAsync(path, Cancellation));
    }

    [Fact]
    public async Task Only_sysfs_is_written_to_and_only_device_nodes_are_probed()
    {
        Put("/proc/sysrq-trigger", "");
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.WriteAsync("/proc/sysrq-trigger", "b", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _files.ProbeOpenAsync("/proc/sysrq-trigger", Cancellation));
    }

    // The paths name things that exist nowhere, so that even a broken guard could change nothing.
    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/tmp/..")]
    public async Task The_kernels_own_sysfs_is_not_written_to_unless_allowed(string root)
    {
        var files = Files(root);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await files.WriteAsync("/sys/kernel/no-such-file", "x", Cancellation));

        var allowed = new KernelFiles(new KernelHostOptions { Root = root, AllowRealSysfs = true }, new BlockingCalls());
        Assert.Equal(Errno.NoEntry, await allowed.WriteAsync("/sys/kernel/no-such-file", "x", Cancellation));
    }

    [Fact]
    public async Task A_link_does_not_lead_around_that_refusal()
    {
        // The name of this process's main thread stands for a kernel file: it is harmless to write.
        var process = Environment.ProcessId;
        Directory.CreateDirectory(On("/sys"));
        File.CreateSymbolicLink(On("/sys/name"), $"/proc/{process}/comm");
        var name = await File.ReadAllTextAsync($"/proc/{process}/comm", Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _files.WriteAsync("/sys/name", "changed", Cancellation));
        Assert.Equal(name, await File.ReadAllTextAsync($"/proc/{process}/comm", Cancellation));
    }

    [Fact]
    public async Task Reading_needs_no_permission_and_sees_the_real_kernel()
    {
        var files = Files("/");
        Assert.Matches("^[0-9a-f-]{36}$", await files.ReadTextAsync("/proc/sys/kernel/random/boot_id", Cancellation));
        Assert.Contains("lo", await files.ListAsync("/sys/class/net", Cancellation));
        Assert.Null(await files.ReadTextAsync("/proc/2147483647/status", Cancellation));
    }

    [Fact]
    public async Task A_probe_opens_closes_and_tells_errors_apart()
    {
        Put("/dev/vfio/12", "");
        Directory.CreateDirectory(On("/dev/directory"));
        var before = OpenFiles();

        Assert.Equal(Errno.None, await _files.ProbeOpenAsync("/dev/vfio/12", Cancellation));
        Assert.Equal(Errno.NoEntry, await _files.ProbeOpenAsync("/dev/vfio/13", Cancellation));
        Assert.Equal(21, (int)await _files.ProbeOpenAsync("/dev/directory", Cancellation));
        Assert.DoesNotContain(OpenFiles().Except(before), target => target.StartsWith(_root.FullName, StringComparison.Ordinal));
    }

    [Fact]
    public void A_relative_root_is_refused() => Assert.Throws<ArgumentException>(() => KernelHost.Create(new KernelHostOptions { Root = "host" }));

    private static KernelFiles Files(string root) => new(new KernelHostOptions { Root = root }, new BlockingCalls());

    private string On(string path) => Path.Join(_root.FullName, path);

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(On(path))!);
        File.WriteAllText(On(path), text);
    }

    private static List<string> ThreadNames()
    {
        var names = new List<string>();
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                names.Add(File.ReadAllText(Path.Join(thread, "comm")).TrimEnd('\n'));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return names;
    }

    private static List<string> OpenFiles() =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget).OfType<string>()];

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task<string> RunAsync(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [argument]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
