using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MultiEni.Manager.Host.Kernel.Dpdk;

/// <summary>
/// Finds the telemetry sockets that a process sees below its own root, without connecting to any. A
/// pod controls everything there: paths are resolved as that process would resolve them and never
/// leave its root, files are named without being opened, and only a few are looked at.
/// </summary>
internal static class TelemetrySockets
{
    // Of a program that runs as root, and of another one without XDG_RUNTIME_DIR
    // (lib/eal/linux/eal_linux.c of DPDK). Each has a folder for each --file-prefix.
    private static readonly string[] Folders = ["var/run/dpdk", "tmp/dpdk"];

    // With further programs of the same prefix, ":1" and so on follow.
    private const string SocketName = "dpdk_telemetry.v2";
    private const int MostNames = 64;
    private const int MostSockets = 8;
    private const int NameOnly = LibC.OpenPathOnly | LibC.OpenCloseOnExec;

    private static readonly int ReadFolder = LibC.OpenDirectory | LibC.OpenCloseOnExec | LibC.OpenNonBlocking;

    /// <summary>The files that may be sockets. Blocks for as long as the process's file systems do.</summary>
    /// <param name="root">Where the host's <c>/proc</c> is.</param>
    /// <param name="process">The process.</param>
    /// <exception cref="IOException">The kernel cannot resolve paths below a root.</exception>
    public static List<SafeFileHandle> Find(string root, int process)
    {
        var sockets = new List<SafeFileHandle>();
        var path = Terminated(HostPath.Resolve(root, $"/proc/{process.ToString(CultureInfo.InvariantCulture)}/root"));
        var descriptor = LibC.Open(ref path[0], NameOnly | LibC.OpenDirectory);
        if (descriptor < 0)
        {
            return sockets;
        }

        using var processRoot = new SafeFileHandle(descriptor, ownsHandle: true);
        foreach (var folder in Folders)
        {
            foreach (var prefix in Names(processRoot, folder))
            {
                foreach (var name in Names(processRoot, $"{folder}/{prefix}").Where(name => name.StartsWith(SocketName, StringComparison.Ordinal)))
                {
                    if (sockets.Count < MostSockets && Open(processRoot, $"{folder}/{prefix}/{name}", NameOnly) is { } socket)
                    {
                        sockets.Add(socket);
                    }
                }
            }
        }

        return sockets;
    }

    private static List<string> Names(SafeFileHandle root, string folder)
    {
        using var opened = Open(root, folder, ReadFolder);
        if (opened is null)
        {
            return [];
        }

        try
        {
            // Lazily: there may be any number of them.
            return
            [
                .. Directory
                    .EnumerateFileSystemEntries($"/proc/self/fd/{opened.DangerousGetHandle()}")
                    .Take(MostNames)
                    .Select(path => Path.GetFileName(path))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static SafeFileHandle? Open(SafeFileHandle root, string path, int flags)
    {
        var (file, errno) = LibC.OpenBelow(root, Terminated(path), flags);
        return errno == LibC.NoSuchCall ? throw new IOException("openat2(2) is missing: DPDK telemetry needs Linux 5.6 or later.", errno) : file;
    }

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
