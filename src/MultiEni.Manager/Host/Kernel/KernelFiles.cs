using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// The files of the kernel below a root. See <see cref="IHostFiles"/> for what each operation
/// promises.
/// </summary>
/// <remarks>
/// Every operation leaves the thread pool, reads included: while an unbind waits for the user of a
/// device, some kernels let reads of that device's files wait with it. Giving up by cancellation
/// leaves the call behind on its own thread.
/// </remarks>
internal sealed class KernelFiles : IHostFiles
{
    private const string NetworkSettings = "/proc/sys/net";
    private const int ReadStep = 4096;

    /// <summary>
    /// Far above any file of sysfs or procfs that this program reads; a bound for reading a wrong
    /// one.
    /// </summary>
    private const int ReadLimit = 16 * 1024 * 1024;

    private readonly KernelHostOptions _options;
    private readonly BlockingCalls _calls;
    private readonly Lazy<string> _sysfs;
    private readonly Lazy<string> _networkSettings;

    /// <summary>Opens nothing yet.</summary>
    /// <exception cref="ArgumentException">The root is not an absolute path.</exception>
    public KernelFiles(KernelHostOptions options, BlockingCalls calls)
    {
        if (!Path.IsPathRooted(options.Root))
        {
            throw new ArgumentException($"The root '{options.Root}' is not an absolute path.", nameof(options));
        }

        _options = options;
        _calls = calls;
        _sysfs = new Lazy<string>(() => RealFolder(Path.Join(options.Root, "sys")), LazyThreadSafetyMode.PublicationOnly);
        _networkSettings = new Lazy<string>(() => RealFolder(Path.Join(options.Root, NetworkSettings)), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It exists and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It exists and may not be read.</exception>
    public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("host read", path, resolved => WhenThere(() => ReadText(resolved)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("host readlink", path, resolved => WhenThere(() => new FileInfo(resolved).LinkTarget), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">It exists and may not be read.</exception>
    public ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("host list", path, resolved => (IReadOnlyList<string>?)WhenThere(() => List(resolved)) ?? [], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("host stat", path, Path.Exists, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("host stat", path, LibC.CharacterDevice, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The path is neither below <c>/sys</c> nor below <c>/proc/sys/net</c>, the only trees in which
    /// a program like this has something to write.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The file is the kernel's own, and <see cref="KernelHostOptions.AllowRealSysfs"/> is off.
    /// </exception>
    public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return HostPath.IsBelow("/sys", path) || HostPath.IsBelow(NetworkSettings, path)
            ? RunAsync("host write", path, resolved => Write(resolved, path, bytes), cancellationToken)
            : throw new ArgumentException($"'{path}' is neither below /sys nor below {NetworkSettings}; nothing else is written to.", nameof(path));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The path is not below <c>/dev</c>.</exception>
    public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) =>
        HostPath.IsBelow("/dev", path)
            ? RunAsync("host probe", path, ProbeOpen, cancellationToken)
            : throw new ArgumentException($"'{path}' is not a device node.", nameof(path));

    private ValueTask<T> RunAsync<T>(string name, string path, Func<string, T> call, CancellationToken cancellationToken)
    {
        var resolved = HostPath.Resolve(_options.Root, path);
        return new ValueTask<T>(_calls.RunAsync(name, () => call(resolved), cancellationToken));
    }

    private static T? WhenThere<T>(Func<T?> look)
        where T : class
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (SystemErrors.IsGone(exception))
        {
            return null;
        }
    }

    private static string ReadText(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[ReadStep];
        var length = 0;
        // The size that sysfs and procfs give for a file says nothing, so reading goes on until
        // there is no more.
        while (RandomAccess.Read(file, buffer.AsSpan(length), length) is var read and > 0)
        {
            length += read;
            if (length > ReadLimit)
            {
                throw new IOException($"'{path}' is longer than {ReadLimit} bytes.");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * length);
            }
        }

        var text = buffer.AsSpan(0, length);
        return Encoding.UTF8.GetString(text is [.. var line, (byte)'\n'] ? line : text);
    }

    private static List<string> List(string path)
    {
        var names = new List<string>();
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            names.Add(entry.Name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private Errno Write(string path, string asked, byte[] bytes)
    {
        if (!_options.AllowRealSysfs && Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Root)) == "/")
        {
            throw Forbidden(path);
        }

        try
        {
            // Neither truncates nor creates. sysfs takes each write(2) as one whole value.
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            ThrowIfForbidden(file, path);
            ThrowIfOutside(file, path, (HostPath.IsBelow(NetworkSettings, asked) ? _networkSettings : _sysfs).Value);
            return (Errno)LibC.WriteOnce(file, bytes);
        }
        catch (Exception exception) when (SystemErrors.Find(exception) is { } errno)
        {
            return errno;
        }
    }

    // Asks what the open file is as well as how its path reads: a link or a mount may lead from any
    // root to the kernel's files.
    private void ThrowIfForbidden(SafeFileHandle file, string path)
    {
        if (!_options.AllowRealSysfs && LibC.FileSystemOf(file) is null or LibC.SysfsMagic or LibC.ProcMagic)
        {
            throw Forbidden(path);
        }
    }

    // Links lead the way in sysfs, so the path asked for says little about the file that was
    // opened.
    private static void ThrowIfOutside(SafeFileHandle file, string path, string tree)
    {
        var opened = new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
        if (opened?.StartsWith(tree, StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"'{path}' leads to '{opened}', which is not below {tree}: nothing is written there.");
        }
    }

    private static string RealFolder(string path)
    {
        var terminated = Encoding.UTF8.GetBytes(path + '\0');
        var descriptor = LibC.Open(ref terminated[0], LibC.OpenPathOnly | LibC.OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw new DirectoryNotFoundException($"'{path}' cannot be opened.");
        }

        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget + "/";
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private static InvalidOperationException Forbidden(string path) =>
        new($"'{path}' belongs to the kernel of this machine, and this program was not told that it may write there.");

    private static Errno ProbeOpen(string path)
    {
        var terminated = Encoding.UTF8.GetBytes(path + '\0');
        const int flags = LibC.OpenReadWrite | LibC.OpenNonBlocking | LibC.OpenCloseOnExec;
        while (true)
        {
            var descriptor = LibC.Open(ref terminated[0], flags);
            if (descriptor >= 0)
            {
                _ = LibC.Close(descriptor);
                return Errno.None;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno != LibC.Interrupted)
            {
                return (Errno)errno;
            }
        }
    }
}
