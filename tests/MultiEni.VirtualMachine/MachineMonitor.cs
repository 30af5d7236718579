using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace MultiEni.VirtualMachine;

/// <summary>QEMU's own monitor: plugs network cards in and out, as EC2 does with ENIs.</summary>
public sealed class MachineMonitor : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private MachineMonitor(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: false), Encoding.UTF8);
    }

    /// <summary>Connects to the monitor's socket.</summary>
    public static async Task<MachineMonitor> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var monitor = new MachineMonitor(await LocalSocket.ConnectAsync(path, cancellationToken));
        await monitor.ExecuteAsync("qmp_capabilities", null, cancellationToken);
        return monitor;
    }

    /// <summary>Plugs a card in.</summary>
    /// <param name="slot">
    /// 5 to 8: the PCIe ports left empty for that, which appear in the machine as buses of the same
    /// number.
    /// </param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PlugAsync(int slot, string mac, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "device_add",
            new JsonObject
            {
                ["driver"] = "e1000e",
                ["bus"] = $"rp{slot}",
                ["netdev"] = $"n{slot}",
                ["id"] = $"hot{slot}",
                ["mac"] = mac,
                ["romfile"] = "",
            },
            cancellationToken
        );

    /// <summary>
    /// Asks for a card to be taken out, as EC2's detach does; the machine answers when nobody uses
    /// it.
    /// </summary>
    public Task UnplugAsync(int slot, CancellationToken cancellationToken) =>
        ExecuteAsync("device_del", new JsonObject { ["id"] = $"hot{slot}" }, cancellationToken);

    /// <summary>
    /// As <see cref="UnplugAsync"/>, when the card may be on its way out already, or gone.
    /// </summary>
    public async Task TryUnplugAsync(int slot, CancellationToken cancellationToken)
    {
        try
        {
            await UnplugAsync(slot, cancellationToken);
        }
        catch (MachineMonitorException)
        {
            // Whoever asks waits for the card to be gone, whatever becomes of this request.
        }
    }

    /// <summary>Switches the machine off at once.</summary>
    public Task QuitAsync(CancellationToken cancellationToken) => ExecuteAsync("quit", null, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _socket.Dispose();
        _reader.Dispose();
        _turn.Dispose();
    }

    private async Task ExecuteAsync(string command, JsonObject? arguments, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
        {
            request["arguments"] = arguments;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString() + "\n"), cancellationToken);
            // Events and the greeting come in between.
            while (await _reader.ReadLineAsync(cancellationToken) is { } line)
            {
                var answer = JsonNode.Parse(line)!.AsObject();
                if (answer.ContainsKey("return"))
                {
                    return;
                }

                if (answer["error"] is { } error)
                {
                    throw new MachineMonitorException($"{command}: {error["desc"]}");
                }
            }

            throw new IOException($"{command}: the machine ended.");
        }
        finally
        {
            _turn.Release();
        }
    }
}
