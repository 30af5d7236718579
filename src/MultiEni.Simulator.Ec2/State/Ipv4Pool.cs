using System.Net;
using System.Net.Sockets;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// The IPv4 addresses of a subnet: the first four and the last one are reserved, a prefix takes an
/// aligned block of sixteen (docs/reference/ec2.md#subnet-addresses).
/// </summary>
internal sealed class Ipv4Pool
{
    private const int PrefixSize = 16;
    private readonly uint _base;
    private readonly bool[] _used;

    // Ranges that no address is taken from unless it is named, or a prefix is wanted.
    private readonly bool[] _kept;
    private readonly List<CidrReservation> _reservations = [];
    private int _firstCandidate;

    private Ipv4Pool() => _used = _kept = [];

    public Ipv4Pool(string cidr)
    {
        var network = IPNetwork.Parse(cidr);
        if (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.PrefixLength is < 16 or > 28)
        {
            throw new ArgumentException($"{cidr} is no IPv4 block of /16 to /28.", nameof(cidr));
        }

        _base = ToNumber(network.BaseAddress);
        _used = new bool[1 << (32 - network.PrefixLength)];
        _kept = new bool[_used.Length];
        _used[0] = _used[1] = _used[2] = _used[3] = _used[^1] = true;
        Free = _used.Length - 5;
    }

    /// <summary>No addresses, as in a subnet with IPv6 only.</summary>
    public static Ipv4Pool None => new();

    /// <summary>Addresses that anybody gets: those of reservations are not among them.</summary>
    public int Free { get; private set; }

    /// <summary>The ranges that are kept.</summary>
    public IReadOnlyList<CidrReservation> Reservations => _reservations;

    /// <summary>Keeps a range of the block; what is in use in it stays in use.</summary>
    public void Reserve(CidrReservation reservation)
    {
        var range = IPNetwork.Parse(reservation.Cidr);
        var first = OffsetOf(range.BaseAddress.ToString());
        var size = 1 << (32 - range.PrefixLength);
        if (first < 0 || first + size > _used.Length || _kept.AsSpan(first, size).Contains(true))
        {
            throw new ArgumentException($"{reservation.Cidr} is not in the subnet, or overlaps another reservation.", nameof(reservation));
        }

        Free -= _used.AsSpan(first, size).Count(false);
        _kept.AsSpan(first, size).Fill(true);
        _reservations.Add(reservation);
    }

    /// <summary>The lowest free addresses, or null, taking none, when there are too few.</summary>
    public List<string>? Take(int count)
    {
        if (count > Free)
        {
            return null;
        }

        var taken = new List<string>(count);
        for (var offset = _firstCandidate; taken.Count < count; offset++)
        {
            if (!_used[offset] && !_kept[offset])
            {
                _used[offset] = true;
                taken.Add(ToText(offset));
            }

            _firstCandidate = offset + 1;
        }

        Free -= count;
        return taken;
    }

    /// <summary>Takes one given address; false when it is taken or reserved.</summary>
    public bool TakeExactly(string address)
    {
        var offset = OffsetOf(address);
        if (offset < 0 || _used[offset])
        {
            return false;
        }

        _used[offset] = true;
        Free -= _kept[offset] ? 0 : 1;
        return true;
    }

    /// <summary>Whether the address lies in the block.</summary>
    public bool Contains(string address) => OffsetOf(address) >= 0;

    /// <summary>
    /// The lowest whole free blocks of sixteen, those that are kept for prefixes first, or null,
    /// taking none, when there are too few.
    /// </summary>
    public List<string>? TakePrefixes(int count)
    {
        var blocks = FreeBlocks().OrderByDescending(offset => _kept[offset]).Take(count).ToList();
        if (blocks.Count < count)
        {
            return null;
        }

        foreach (var offset in blocks)
        {
            _used.AsSpan(offset, PrefixSize).Fill(true);
            Free -= _kept[offset] ? 0 : PrefixSize;
        }

        return blocks.ConvertAll(offset => $"{ToText(offset)}/28");
    }

    /// <summary>
    /// Takes the first address of every whole free block of sixteen, so that none is left for a
    /// prefix.
    /// </summary>
    public void Fragment()
    {
        for (var offset = 0; offset < _used.Length; offset += PrefixSize)
        {
            if (!_kept[offset] && !_used.AsSpan(offset, PrefixSize).Contains(true))
            {
                _used[offset] = true;
                Free--;
            }
        }
    }

    public void Release(string address)
    {
        var offset = OffsetOf(address);
        _used[offset] = false;
        _firstCandidate = Math.Min(_firstCandidate, offset);
        Free += _kept[offset] ? 0 : 1;
    }

    public void ReleasePrefix(string prefix)
    {
        var offset = OffsetOf(prefix[..prefix.IndexOf('/', StringComparison.Ordinal)]);
        _used.AsSpan(offset, PrefixSize).Clear();
        _firstCandidate = Math.Min(_firstCandidate, offset);
        Free += _kept[offset] ? 0 : PrefixSize;
    }

    // Whole blocks that are free, without those that are kept for named addresses.
    private IEnumerable<int> FreeBlocks()
    {
        for (var offset = 0; offset < _used.Length; offset += PrefixSize)
        {
            if (!_used.AsSpan(offset, PrefixSize).Contains(true) && KeptAs(offset) is not false)
            {
                yield return offset;
            }
        }
    }

    // True: the whole block is kept for prefixes. False: something of it is kept otherwise.
    private bool? KeptAs(int block)
    {
        if (!_kept.AsSpan(block, PrefixSize).Contains(true))
        {
            return null;
        }

        return !_kept.AsSpan(block, PrefixSize).Contains(false)
            && _reservations.Exists(range => range.IsForPrefixes && IPNetwork.Parse(range.Cidr).Contains(IPAddress.Parse(ToText(block))));
    }

    private int OffsetOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork)
        {
            return -1;
        }

        var offset = (long)ToNumber(parsed) - _base;
        return offset >= 0 && offset < _used.Length ? (int)offset : -1;
    }

    private static uint ToNumber(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
    }

    private string ToText(int offset)
    {
        var number = _base + (uint)offset;
        return $"{number >> 24}.{(number >> 16) & 0xff}.{(number >> 8) & 0xff}.{number & 0xff}";
    }
}
