using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MultiEni.Manager.Host.Kernel.Dpdk;

/// <summary>
/// Asks DPDK programs over their telemetry sockets
/// (https://doc.dpdk.org/guides/prog_guide/telemetry_lib.html). Needs the node's processes
/// (<c>hostPID</c>) and Linux 5.6 or later.
/// </summary>
/// <remarks>
/// The program may be anybody's. Nothing is sent unless the process that has the device is also the
/// one that listens, by the kernel's word, so whatever a pod puts at the path cannot make this
/// program talk to another socket of the node. A device whose file systems or program do not answer
/// is not asked again before that call has ended.
/// </remarks>
/// <param name="options">Where the host's <c>/proc</c> is.</param>
/// <param name="calls">Runs what may block.</param>
/// <param name="clock">The clock of the machine.</param>
internal sealed class DpdkTelemetry(KernelHostOptions options, BlockingCalls calls, TimeProvider clock) : IDpdkTelemetry
{
    // max_output_len of every DPDK so far; what is longer cannot be read.
    private const int LongestAnswer = 16 * 1024;

    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialsSize = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<PciAddress, Task> _searching = new();

    /// <inheritdoc/>
    /// <exception cref="IOException">The kernel cannot do it, or the program breaks off.</exception>
    /// <exception cref="TimeoutException">It takes longer than 200 ms.</exception>
    public async ValueTask<DpdkPort?> ReadAsync(int process, PciAddress device, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await AskAnyAsync(process, device, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The DPDK program with {device} (process {process}) has not told its counters within {Limit.TotalMilliseconds} ms.",
                late
            );
        }
        catch (SocketException error)
        {
            throw new IOException($"The DPDK program with {device} (process {process}) does not tell its counters: {error.Message}.", error);
        }
    }

    private async Task<DpdkPort?> AskAnyAsync(int process, PciAddress device, CancellationToken cancellationToken)
    {
        var sockets = await FindAsync(process, device, cancellationToken);
        try
        {
            foreach (var socket in sockets)
            {
                if (await AskAsync(socket, process, device, cancellationToken) is { } port)
                {
                    return port;
                }
            }

            return null;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task<List<SafeFileHandle>> FindAsync(int process, PciAddress device, CancellationToken cancellationToken)
    {
        if (_searching.TryGetValue(device, out var before) && !before.IsCompleted)
        {
            throw new TimeoutException($"The file systems of the DPDK program with {device} do not answer.");
        }

        // Not the token: giving up leaves the call behind, and it must be known that it is.
        var search = calls.RunAsync("dpdk telemetry", () => TelemetrySockets.Find(options.Root, process), CancellationToken.None);
        _searching[device] = search;
        return await search.WaitAsync(cancellationToken);
    }

    private static async Task<DpdkPort?> AskAsync(SafeFileHandle file, int process, PciAddress device, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            // Through the file that was found: its path may lead elsewhere by now.
            await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/self/fd/{file.DangerousGetHandle()}"), cancellationToken);
        }
        catch (SocketException)
        {
            // What is there is not a socket, or one of another type, or nobody listens.
            return null;
        }

        if (PeerOf(socket) != process)
        {
            return null;
        }

        var buffer = new byte[LongestAnswer + 1];
        // The greeting, which tells nothing that is needed.
        await ReceiveAsync();
        return await DpdkConversation.ReadAsync(
            async command =>
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(command), SocketFlags.None, cancellationToken);
                return await ReceiveAsync();
            },
            device
        );

        async Task<ReadOnlyMemory<byte>> ReceiveAsync()
        {
            // One packet is one answer.
            var length = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            return length switch
            {
                0 => throw new IOException($"The DPDK program with {device} (process {process}) has closed the connection."),
                > LongestAnswer => throw new IOException(
                    $"An answer of the DPDK program with {device} (process {process}) is longer than {LongestAnswer} bytes."
                ),
                _ => buffer.AsMemory(0, length),
            };
        }
    }

    // struct ucred begins with the process, in the numbers of this program's process namespace.
    private static int PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialsSize
            ? BinaryPrimitives.ReadInt32LittleEndian(credentials)
            : -1;
    }
}
