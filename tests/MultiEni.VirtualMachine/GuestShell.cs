using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace MultiEni.VirtualMachine;

/// <summary>
/// Runs shell commands in the machine, several at once, over a serial port of it
/// (<c>tests/vm/guest/serve.py</c>).
/// </summary>
public sealed class GuestShell : IAsyncDisposable
{
    // No command takes half as long; a kernel that hangs never answers.
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(4);

    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<GuestResult>> _running = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Task _listening;
    private TaskCompletionSource<string> _boot = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _last;

    private GuestShell(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: false), Encoding.UTF8);
        _listening = ListenAsync();
    }

    /// <summary>The identity of the boot, when the machine is up.</summary>
    public Task<string> Boot => Volatile.Read(ref _boot).Task;

    /// <summary>Connects to the machine's end of the port.</summary>
    public static async Task<GuestShell> ConnectAsync(string path, CancellationToken cancellationToken) =>
        new(await LocalSocket.ConnectAsync(path, cancellationToken));

    /// <summary>Runs a command with bash.</summary>
    public async Task<GuestResult> TryAsync(string command, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        var done = _running[id] = new TaskCompletionSource<GuestResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(new JsonObject { ["id"] = id, ["run"] = command }, cancellationToken);
        try
        {
            return await done.Task.WaitAsync(CommandLimit, cancellationToken);
        }
        catch (TimeoutException error)
        {
            _running.TryRemove(id, out _);
            throw new TimeoutException($"In the machine, '{command}' did not end within {CommandLimit.TotalMinutes:0} minutes.", error);
        }
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It ended with another status than 0.</exception>
    public async Task<string> RunAsync(string command, CancellationToken cancellationToken)
    {
        var result = await TryAsync(command, cancellationToken);
        return result.Status == 0
            ? result.Text
            : throw new InvalidOperationException($"In the machine, '{command}' ended with {result.Status}: {result.Output}");
    }

    /// <summary>Restarts the machine; ends when it is up again.</summary>
    /// <returns>The identity of the new boot.</returns>
    public async Task<string> RebootAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _boot, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendAsync(new JsonObject { ["id"] = Interlocked.Increment(ref _last), ["run"] = "sync; reboot -f" }, cancellationToken);
        return await Boot.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reader.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(JsonObject message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(message.ToJsonString() + "\n");
            while (rest.Length > 0)
            {
                rest = rest[await _socket.SendAsync(rest, cancellationToken)..];
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
            {
                var message = JsonNode.Parse(line)!.AsObject();
                if (message["boot"] is { } boot)
                {
                    // Whatever ran before a reboot does not answer any more.
                    Fail(new IOException("The machine was restarted."));
                    Volatile.Read(ref _boot).TrySetResult(boot.GetValue<string>());
                }
                else if (_running.TryRemove(message["id"]!.GetValue<int>(), out var waiting))
                {
                    waiting.SetResult(new GuestResult(message["status"]!.GetValue<int>(), message["output"]!.GetValue<string>()));
                }
            }
        }
        finally
        {
            Fail(new IOException("The machine ended."));
            Volatile.Read(ref _boot).TrySetException(new IOException("The machine ended before it was up."));
        }
    }

    private void Fail(Exception error)
    {
        foreach (var id in _running.Keys)
        {
            if (_running.TryRemove(id, out var waiting))
            {
                waiting.SetException(error);
            }
        }
    }
}
