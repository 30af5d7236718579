using System.Collections.Concurrent;
using System.Net.Sockets;

namespace MultiEni.VirtualMachine.Wire;

/// <summary>
/// The network between the cards of a machine that is booted with <c>-w</c>: each slot's frames
/// come and go as datagrams on Unix sockets, and pass from one card to another only as
/// <see cref="VpcJudge"/> decides.
/// </summary>
public sealed class VpcWire : IAsyncDisposable
{
    private const int LargestFrame = 65536;
    private readonly string _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<int, Socket> _sockets = [];
    private readonly List<Task> _carrying = [];

    /// <summary>Listens; the machine may start afterwards.</summary>
    /// <param name="folder">
    /// Where the sockets are: <c>nSLOT</c> the machine's, <c>wSLOT</c> ours.
    /// </param>
    public VpcWire(string folder)
    {
        _folder = folder;
        foreach (var slot in (int[])[5, 6, 7, 8])
        {
            var socket = _sockets[slot] = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, $"w{slot}")));
            _carrying.Add(CarryAsync(slot, socket));
        }
    }

    /// <summary>Tells the ENI in a slot, as EC2 has it at that moment; null for none.</summary>
    public Func<int, WireEni?> Enis { get; set; } = _ => null;

    /// <summary>Why frames were dropped.</summary>
    public ConcurrentQueue<string> Dropped { get; } = new();

    /// <summary>Packets that arrived, as <c>from > to</c>.</summary>
    public ConcurrentQueue<string> Carried { get; } = new();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_carrying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private async Task CarryAsync(int slot, Socket socket)
    {
        var buffer = new byte[LargestFrame];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, _stop.Token);
            var frame = buffer.AsMemory(0, length);
            if (Enis(slot) is { } sender)
            {
                Carry(slot, sender, frame);
            }
        }
    }

    private void Carry(int slot, WireEni sender, ReadOnlyMemory<byte> frame)
    {
        var enis = _sockets.Keys.Select(other => (Slot: other, Eni: Enis(other))).Where(other => other.Eni is not null).ToList();
        var parsed = EthernetFrame.Parse(frame.Span);
        switch (VpcJudge.Decide(sender, parsed, [.. enis.Select(other => other.Eni!)]))
        {
            case Verdict.Deliver { Receiver: var receiver }:
                Carried.Enqueue(parsed.Content is FrameContent.Packet packet ? $"{packet.Source} > {packet.Destination}" : "");
                Send(enis.First(other => other.Eni == receiver).Slot, frame.Span);
                break;
            case Verdict.Answer { Mac: var mac }:
                Send(slot, EthernetFrame.ArpReply(frame.Span, mac));
                break;
            case Verdict.Drop { Why: var why }:
                Dropped.Enqueue(why);
                break;
        }
    }

    // A card that is not plugged in loses what is sent to it, as in the real network.
    private void Send(int slot, ReadOnlySpan<byte> frame)
    {
        try
        {
            _sockets[slot].SendTo(frame, new UnixDomainSocketEndPoint(Path.Combine(_folder, $"n{slot}")));
        }
        catch (SocketException error)
        {
            Dropped.Enqueue($"slot {slot}: {error.Message}");
        }
    }
}
