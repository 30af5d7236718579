using System.Buffers.Binary;
using System.Net;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// The /64 of a subnet: single addresses come from its first /80, prefixes are the /80s after it.
/// Never exhausted in practice.
/// </summary>
internal sealed class Ipv6Pool
{
    private readonly IPNetwork _network;
    private readonly UInt128 _base;
    private readonly HashSet<ulong> _given = [];
    private readonly SortedSet<ulong> _releasedAddresses = [];
    private readonly SortedSet<ulong> _releasedPrefixes = [];
    private ulong _nextAddress = 4;
    private ulong _nextPrefix = 1;

    public Ipv6Pool(string cidr)
    {
        var network = IPNetwork.Parse(cidr);
        if (network.PrefixLength != 64)
        {
            throw new ArgumentException($"{cidr} is no IPv6 block of /64.", nameof(cidr));
        }

        _network = network;
        _base = BinaryPrimitives.ReadUInt128BigEndian(network.BaseAddress.GetAddressBytes());
    }

    public List<string> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => ToText(NextAddress()))];

    public List<string> TakePrefixes(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => $"{ToText((UInt128)Next(_releasedPrefixes, ref _nextPrefix) << 48)}/80")];

    /// <summary>Whether the address lies in the block.</summary>
    public bool Contains(string address) => IPAddress.TryParse(address, out var parsed) && _network.Contains(parsed);

    /// <summary>Takes one given address; false when it is taken or lies outside.</summary>
    public bool TakeExactly(string address)
    {
        if (!Contains(address))
        {
            return false;
        }

        var offset = (ulong)OffsetOf(address);
        return offset < _nextAddress ? _releasedAddresses.Remove(offset) : _given.Add(offset);
    }

    public void Release(string address)
    {
        var offset = (ulong)OffsetOf(address);
        if (!_given.Remove(offset))
        {
            _releasedAddresses.Add(offset);
        }
    }

    public void ReleasePrefix(string prefix) =>
        _releasedPrefixes.Add((ulong)(OffsetOf(prefix[..prefix.IndexOf('/', StringComparison.Ordinal)]) >> 48));

    private ulong NextAddress()
    {
        while (_releasedAddresses.Count == 0 && _given.Remove(_nextAddress))
        {
            // Given by name before its turn; from here on it counts as one of the row.
            _nextAddress++;
        }

        return Next(_releasedAddresses, ref _nextAddress);
    }

    private static ulong Next(SortedSet<ulong> released, ref ulong next)
    {
        if (released.Count == 0)
        {
            return next++;
        }

        var lowest = released.Min;
        released.Remove(lowest);
        return lowest;
    }

    private UInt128 OffsetOf(string address) => BinaryPrimitives.ReadUInt128BigEndian(IPAddress.Parse(address).GetAddressBytes()) - _base;

    private string ToText(UInt128 offset)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _base + offset);
        return new IPAddress(bytes).ToString();
    }
}
