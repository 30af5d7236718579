using System.Text;
using Microsoft.Win32.SafeHandles;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Devices;

/// <summary>
/// With the kernel's own view of the files that this process has open. /dev/null stands for the
/// device: it is the one character device that every machine has and everybody may open.
/// </summary>
public sealed class OpenFilesTests : IDisposable
{
    private const string Node = "/dev/vfio/noiommu-12";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("open-files-");
    private readonly ThisProcess _files = new();
    private readonly OpenFiles _open;

    public OpenFilesTests() => _open = new OpenFiles(_files);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/dev/vfio/12")]
    [InlineData("/dev/vfio/noiommu-12")]
    public async Task A_process_that_has_the_device_open_is_found_under_the_name_that_its_container_has(string name)
    {
        using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        _files.Names["/dev/null"] = name;

        Assert.Contains($"(process {Environment.ProcessId})", await _open.HolderAsync(Node, Stop), StringComparison.Ordinal);
        var found = (await _open.FindAsync(new HashSet<string> { Node }, Stop))[Node];
        Assert.True(await _open.IsOpenAsync(found, Node, Stop));

        _files.Number = "1:5";
        Assert.False(await _open.IsOpenAsync(found, Node, Stop));
        Assert.Null(await _open.HolderAsync(Node, Stop));
    }

    [Fact]
    public async Task A_file_that_is_only_named_like_the_device_is_not_the_device()
    {
        var forged = Path.Join(_folder.FullName, "dev", "vfio", "12");
        Directory.CreateDirectory(Path.GetDirectoryName(forged)!);
        await File.WriteAllTextAsync(forged, "", Stop);
        using var file = File.OpenHandle(forged);

        // As it reads in a container that has the folder at /dev/vfio.
        foreach (var name in (string[])["/dev/vfio/12", Node])
        {
            _files.Names[forged] = name;
            Assert.Contains(name, await _files.TargetsAsync());
            Assert.Null(await _open.HolderAsync(Node, Stop));
        }
    }

    [Fact]
    public async Task A_node_that_was_named_and_not_opened_is_not_in_use()
    {
        _files.Names["/dev/null"] = "/dev/vfio/12";
        var path = Encoding.UTF8.GetBytes("/dev/null\0");
        using var named = new SafeFileHandle(LibC.Open(ref path[0], LibC.OpenPathOnly | LibC.OpenCloseOnExec), ownsHandle: true);
        Assert.False(named.IsInvalid);
        _files.Only = $"{named.DangerousGetHandle()}";

        Assert.Equal("1:3", await _files.ReadDeviceNumberAsync($"/proc/{Environment.ProcessId}/fd/{_files.Only}", Stop));
        Assert.Null(await _open.HolderAsync(Node, Stop));
    }

    [Theory]
    [InlineData("/dev/null", "1:3")]
    [InlineData("/dev/zero", "1:5")]
    [InlineData("/proc/self/comm", null)]
    [InlineData("/proc/self/fd", null)]
    [InlineData("/dev/no-such-node", null)]
    public async Task The_kernel_tells_the_number_of_a_character_device_and_none_of_anything_else(string path, string? number) =>
        Assert.Equal(number, await _files.ReadDeviceNumberAsync(path, Stop));

    // The kernel as this process sees it, of which it is the only one, with names as in a container.
    private sealed class ThisProcess : IHostFiles
    {
        private readonly KernelFiles _kernel = new(new KernelHostOptions { Root = "/" }, new BlockingCalls());

        public Dictionary<string, string> Names { get; } = [];

        public string Number { get; set; } = "1:3";

        public string? Only { get; set; }

        public async Task<IReadOnlyList<string?>> TargetsAsync()
        {
            var targets = new List<string?>();
            foreach (var descriptor in await ListAsync($"/proc/{Environment.ProcessId}/fd", Stop))
            {
                targets.Add(await ReadLinkAsync($"/proc/{Environment.ProcessId}/fd/{descriptor}", Stop));
            }

            return targets;
        }

        public async ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
            path == "/proc" ? [$"{Environment.ProcessId}"]
            : Only is { } only ? [only]
            : await _kernel.ListAsync(path, cancellationToken);

        public async ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) =>
            await _kernel.ReadLinkAsync(path, cancellationToken) is { } target ? Names.GetValueOrDefault(target, target) : null;

        public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
            path == "/sys/class/vfio/noiommu-12/dev" ? ValueTask.FromResult<string?>(Number) : _kernel.ReadTextAsync(path, cancellationToken);

        public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) =>
            _kernel.ReadDeviceNumberAsync(path, cancellationToken);

        public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
