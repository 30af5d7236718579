using System.Net;
using System.Net.Sockets;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Gives out the primary addresses that a NodeENI lists, one for each ENI, by subnet. Pure. An
/// attachment keeps the address that it has, whatever is added to the list.
/// </summary>
internal sealed class FixedAddresses
{
    private readonly List<(IPAddress Parsed, string Text)> _listed;
    private readonly Func<string, IEnumerable<EniAttachment>> _attachmentsIn;
    private readonly Dictionary<string, Dictionary<string, string>> _takenBySubnet = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _taken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _retained;

    /// <summary>Nobody has one but those who exist.</summary>
    /// <param name="listed">The addresses; null or none leaves the choice to EC2.</param>
    /// <param name="attachmentsIn">All attachments in a subnet, of whichever NodeENI.</param>
    /// <param name="own">The attachments of the NodeENI.</param>
    /// <param name="retained">
    /// Addresses of retained ENIs: they are had with their ENI, and no other can be created with
    /// them.
    /// </param>
    public FixedAddresses(
        IReadOnlyList<string>? listed,
        Func<string, IEnumerable<EniAttachment>> attachmentsIn,
        IEnumerable<EniAttachment> own,
        IEnumerable<string>? retained = null
    )
    {
        _retained = [.. retained ?? []];
        _attachmentsIn = attachmentsIn;
        _listed =
        [
            .. (listed ?? [])
                .Select(text => (Parsed: IPAddress.TryParse(text, out var parsed) ? parsed : IPAddress.None, Text: text))
                .Where(address => address.Parsed.AddressFamily == AddressFamily.InterNetwork && !address.Parsed.Equals(IPAddress.None))
                .DistinctBy(address => address.Text, StringComparer.Ordinal)
                .OrderBy(address => Number(address.Parsed)),
        ];
        foreach (var attachment in _listed.Count == 0 ? [] : own)
        {
            if (attachment.Spec!.PrivateIpAddress is { } address)
            {
                _taken.TryAdd(address, attachment.Metadata.Name);
            }
        }
    }

    /// <summary>The listed addresses that lie in none of the subnets, in order.</summary>
    public static IReadOnlyList<string> Outside(IReadOnlyList<string>? listed, ResolvedNetwork network) =>
        [.. (listed ?? []).Where(address => !network.Subnets.Any(subnet => Contains(subnet, address)))];

    /// <summary>
    /// Whether the subnet has an address for one more ENI: any number without a list.
    /// </summary>
    public bool HasFree(ResolvedSubnet subnet) => _listed.Count == 0 || Smallest(subnet, "") is not null;

    /// <summary>The address of a slot's ENI.</summary>
    /// <param name="name">Name of its attachment.</param>
    /// <param name="subnet">Its subnet.</param>
    /// <param name="present">The attachment, if it exists.</param>
    /// <param name="taken">The retained ENI that it takes, if any.</param>
    public FixedAddress For(string name, ResolvedSubnet subnet, EniAttachment? present, EniRow? taken = null)
    {
        if (_listed.Count > 0 && present is null && taken is not null && Retention.PrimaryOf(taken) is { } its)
        {
            return new FixedAddress.Of(its);
        }

        var has = present?.Spec!.PrivateIpAddress;
        if (_listed.Count == 0 || (has is not null && _listed.Exists(address => address.Text == has) && Contains(subnet, has)))
        {
            // An ENI is not replaced because its address need not be that one any more.
            return new FixedAddress.Of(has);
        }

        return Smallest(subnet, name) is { } free
            ? new FixedAddress.Of(free)
            : new FixedAddress.NoneLeft(
                has,
                $"no address of spec.privateIPAddresses is left in subnet {subnet.SubnetId} ({subnet.Cidr}): "
                    + $"{_listed.Count(address => Contains(subnet, address.Text))} lie in it and all are in use; list more, or free one"
            );
    }

    /// <summary>Whether a new ENI may have an address that a retained one holds.</summary>
    /// <param name="name">Name of its attachment.</param>
    /// <param name="subnet">Its subnet.</param>
    /// <param name="address">The address.</param>
    public bool MayHave(string name, ResolvedSubnet subnet, string address) =>
        _listed.Count == 0 || (_listed.Exists(listed => listed.Text == address) && IsFree(name, subnet, address));

    /// <summary>Nobody else gets the address from here on.</summary>
    public void Take(string name, FixedAddress address)
    {
        if (address.Address is { } taken)
        {
            _taken.TryAdd(taken, name);
        }
    }

    private string? Smallest(ResolvedSubnet subnet, string name)
    {
        foreach (var (_, text) in _listed)
        {
            if (!_retained.Contains(text) && IsFree(name, subnet, text))
            {
                return text;
            }
        }

        return null;
    }

    private bool IsFree(string name, ResolvedSubnet subnet, string address) =>
        Contains(subnet, address)
        && (!_taken.TryGetValue(address, out var holder) || holder == name)
        && (!Others(subnet.SubnetId).TryGetValue(address, out var other) || other == name);

    /// <summary>The addresses that ENIs in the subnet have, each with its attachment.</summary>
    private Dictionary<string, string> Others(string subnetId)
    {
        if (!_takenBySubnet.TryGetValue(subnetId, out var taken))
        {
            taken = new(StringComparer.Ordinal);
            foreach (var attachment in _attachmentsIn(subnetId))
            {
                foreach (var address in attachment.Status?.Network?.PrivateIps ?? [])
                {
                    taken.TryAdd(address, attachment.Metadata.Name);
                }

                if (attachment.Spec!.PrivateIpAddress is { } primary)
                {
                    taken.TryAdd(primary, attachment.Metadata.Name);
                }
            }

            _takenBySubnet.Add(subnetId, taken);
        }

        return taken;
    }

    private static bool Contains(ResolvedSubnet subnet, string address) =>
        IPNetwork.TryParse(subnet.Cidr, out var range) && IPAddress.TryParse(address, out var parsed) && range.Contains(parsed);

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}

/// <summary>The primary address of a planned ENI.</summary>
/// <param name="Address">The address; null leaves the choice to EC2.</param>
internal abstract record FixedAddress(string? Address)
{
    /// <summary>As it should be.</summary>
    public sealed record Of(string? Primary) : FixedAddress(Primary);

    /// <summary>
    /// None is left: an ENI that exists keeps what it has, and none is created.
    /// </summary>
    /// <param name="Present">What it has.</param>
    /// <param name="Message">What is the case and what to do.</param>
    public sealed record NoneLeft(string? Present, string Message) : FixedAddress(Present);
}
