using System.Net;
using System.Net.Sockets;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Decides which addresses an interface gets. Pure: what must not happen, an address given twice or
/// one that EC2 does not know, is ruled out here.
/// </summary>
internal static class AddressDecision
{
    private const string HostDevice = "host-device";

    /// <summary>Decides on an ADD.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="enis">The node's ENIs.</param>
    /// <param name="book">Who has what.</param>
    /// <param name="now">The clock of the book's cooldowns.</param>
    public static AddressAnswer Add(IpamRequest request, IReadOnlyList<EniAddresses> enis, AddressBook book, TimeSpan now)
    {
        if (Named(request, out var named) is { } unreadable)
        {
            return new AddressAnswer.Refuse(unreadable);
        }

        var (eni, problem) = EniSearch.Find(request, enis, named);
        if (eni is null)
        {
            return new AddressAnswer.Refuse(problem!);
        }

        var id = new InterfaceId(request.ContainerId!, request.Interface!);
        if (book.Leases.TryGetValue(id, out var present) && IsStillRight(present, eni, named))
        {
            return new AddressAnswer.Give(present, eni, []);
        }

        return request.Plugin == HostDevice || !string.IsNullOrEmpty(request.DeviceId) ? WholeDevice(request, eni, named, book)
            : named.Count > 0 ? ByName(request, eni, named, book)
            : Any(request, eni, book, now);
    }

    /// <summary>Decides on a CHECK: null when the interface has what it was given.</summary>
    public static IpamError? Check(IpamRequest request, IReadOnlyList<EniAddresses> enis, AddressBook book)
    {
        if (!book.Leases.TryGetValue(new(request.ContainerId!, request.Interface!), out var lease))
        {
            return Error(
                IpamErrorCodes.UnknownContainer,
                $"interface {request.Interface} of sandbox {request.ContainerId} has no address from an ENI"
            );
        }

        if (enis.FirstOrDefault(eni => eni.EniId == lease.EniId) is not { } eni)
        {
            return Error(
                IpamErrorCodes.UnknownContainer,
                $"{lease.EniId}, which the address {lease.Addresses[0]} is on, is not attached to this node any more"
            );
        }

        return lease.Addresses.FirstOrDefault(address => !eni.Keeps(IPAddress.Parse(address))) is { } lost
            ? Error(
                IpamErrorCodes.UnknownContainer,
                $"EC2 does not have {lost} on {eni.EniId} any more, so packets of pod {lease.Pod} are dropped; restart the pod"
            )
            : null;
    }

    private static AddressAnswer WholeDevice(IpamRequest request, EniAddresses eni, List<IPAddress> named, AddressBook book)
    {
        if (book.Leases.Values.FirstOrDefault(lease => lease.EniId == eni.EniId && !IsSamePod(lease, request)) is { } other)
        {
            return Later($"{eni.EniId} cannot be given as a whole: pod {other.Pod} has {string.Join(" and ", other.Addresses)} of it");
        }

        var foreign = named.FirstOrDefault(address => !eni.Has(address));
        if (foreign is not null)
        {
            return Missing(request, eni, [foreign]);
        }

        List<IPAddress> given = named.Count > 0 ? named : [.. new[] { eni.Primary, eni.Ipv6.Count > 0 ? eni.Ipv6[0] : null }.OfType<IPAddress>()];
        return Give(request, eni, given, isWhole: true, book);
    }

    private static AddressAnswer ByName(IpamRequest request, EniAddresses eni, List<IPAddress> named, AddressBook book)
    {
        foreach (var address in named)
        {
            if (address.Equals(eni.Primary))
            {
                return Invalid($"{address} is the primary address of {eni.EniId}, which stays with the node; ask for a secondary one");
            }

            if (eni.HasForHost(address))
            {
                return eni.HostHasAll
                    ? HostHasAll(eni)
                    : Invalid($"the host has {address} of {eni.EniId} (NodeENI {eni.NodeEni}: hostAddressing: Managed); ask for another address");
            }

            if (book.HolderOf(eni.EniId, address) is { } holder && !IsSamePod(holder, request))
            {
                return Later($"{address} is in use by pod {holder.Pod} (interface {holder.Interface}); it is free when that pod has ended");
            }
        }

        if (WholeHolder(eni, request, book) is { } whole)
        {
            return whole;
        }

        var missing = named.Where(address => !eni.HasForPods(address)).ToList();
        return missing.Count > 0 ? Missing(request, eni, missing) : Give(request, eni, named, isWhole: false, book);
    }

    private static AddressAnswer Any(IpamRequest request, EniAddresses eni, AddressBook book, TimeSpan now)
    {
        if (WholeHolder(eni, request, book) is { } whole)
        {
            return whole;
        }

        if (eni.HostHasAll)
        {
            return HostHasAll(eni);
        }

        var given = new List<IPAddress>();
        TimeSpan? freeAt = null;
        var empty = false;
        foreach (var family in Families(eni))
        {
            var (address, cooled) = AddressPool.Next(eni, family, book, now);
            if (address is not null)
            {
                given.Add(address);
                continue;
            }

            empty = true;
            freeAt = cooled is { } at && (freeAt is not { } other || at > other) ? at : freeAt;
        }

        if (!empty && given.Count > 0)
        {
            return Give(request, eni, given, isWhole: false, book);
        }

        var count = book.Leases.Values.Count(lease => lease.EniId == eni.EniId);
        if (eni.PodAddresses is null && freeAt is null)
        {
            return Later(
                count == 0
                    ? $"{eni.EniId} has no address for pods; set secondaryPrivateIPCount, ipv4PrefixCount or podAddresses in NodeENI {eni.NodeEni}"
                    : $"all addresses of {eni.EniId} are in use, by {count} interface{(count == 1 ? "" : "s")} of pods; set podAddresses in NodeENI {eni.NodeEni}, or a "
                        + "greater count"
            );
        }

        return new AddressAnswer.Wait(
            eni,
            [],
            freeAt,
            freeAt is null
                ? $"all addresses of {eni.EniId} {(eni.FixedRanges.Count > 0 ? "are in use, or in podAddresses.fixedCIDRs for pods that name them," : "are in use")} and EC2 has not assigned another one yet; kubectl eni status shows why (podAddresses of NodeENI {eni.NodeEni})"
                : $"the free addresses of {eni.EniId} were given back less than {AddressBook.Cooldown.TotalSeconds:0} s ago; set podAddresses.warm in NodeENI {eni.NodeEni} to "
                    + "have one at hand"
        );
    }

    private static AddressAnswer.Refuse HostHasAll(EniAddresses eni) =>
        Invalid(
            $"the host has all addresses of {eni.EniId} (NodeENI {eni.NodeEni}: hostAddressing: Managed); set podAddresses there and it keeps the primary one only"
        );

    // One family of which the ENI has none is not asked for.
    private static IEnumerable<AddressFamily> Families(EniAddresses eni)
    {
        var hasIpv6 = AddressPool.Of(eni, AddressFamily.InterNetworkV6).Any();
        if (AddressPool.Of(eni, AddressFamily.InterNetwork).Any() || (!hasIpv6 && eni.PodAddresses is not null))
        {
            yield return AddressFamily.InterNetwork;
        }

        if (hasIpv6)
        {
            yield return AddressFamily.InterNetworkV6;
        }
    }

    // Named addresses that EC2 does not have on the ENI.
    private static AddressAnswer Missing(IpamRequest request, EniAddresses eni, IReadOnlyList<IPAddress> missing)
    {
        var names = string.Join(", ", missing);
        var pending = new AddressAnswer.Wait(
            eni,
            [.. missing.Select(address => address.ToString())],
            null,
            $"EC2 does not have {names} on {eni.EniId} yet; the controller was asked to assign it for pod {PodOf(request)}"
        );
        foreach (var address in missing)
        {
            var text = address.ToString();
            if (eni.SubnetOf(address) is { } subnet && !subnet.Contains(address))
            {
                return Invalid($"{text} is outside of {subnet}, the subnet of {eni.EniId}; EC2 would drop the pod's packets");
            }

            if (eni.PodAddresses?.FixedCidrs?.Exists(range => IPNetwork.TryParse(range, out var allowed) && allowed.Contains(address)) != true)
            {
                return Invalid(
                    $"EC2 does not have {text} on {eni.EniId}, and NodeENI {eni.NodeEni} does not let pods ask for it: add its range to podAddresses.fixedCIDRs there"
                );
            }

            if (eni.Refused.FirstOrDefault(refused => refused.Address == text) is { } refused)
            {
                return Later($"{text} is not assigned to {eni.EniId}: {refused.Message}") with { Pending = pending };
            }
        }

        return pending;
    }

    private static AddressAnswer Give(IpamRequest request, EniAddresses eni, List<IPAddress> addresses, bool isWhole, AddressBook book)
    {
        if (addresses.Count == 0)
        {
            return Later($"EC2 has not shown the addresses of {eni.EniId} yet");
        }

        if (addresses.FirstOrDefault(address => eni.SubnetOf(address) is null) is { } unknown)
        {
            return Later($"the prefix length of {unknown} is unknown: the controller has not reported the subnet of {eni.EniId} yet");
        }

        var lease = new AddressLease
        {
            ContainerId = request.ContainerId!,
            Interface = request.Interface!,
            Network = request.Network,
            Pod = PodOf(request),
            PodUid = request.PodUid,
            NetworkNamespace = request.NetworkNamespace,
            Attachment = eni.Attachment,
            EniId = eni.EniId,
            IsWholeDevice = isWhole,
            Addresses = [.. addresses.Select(address => address.ToString())],
        };

        // A pod has one sandbox at a time: what an earlier one of it had is over.
        var replaced = addresses
            .Select(address => book.HolderOf(eni.EniId, address)?.Id)
            .OfType<InterfaceId>()
            .Where(holder => holder != lease.Id)
            .Distinct();
        return new AddressAnswer.Give(lease, eni, [.. replaced]);
    }

    private static AddressAnswer.Refuse? WholeHolder(EniAddresses eni, IpamRequest request, AddressBook book) =>
        book.Leases.Values.FirstOrDefault(lease => lease.IsWholeDevice && lease.EniId == eni.EniId && !IsSamePod(lease, request)) is { } whole
            ? Later($"pod {whole.Pod} has {eni.EniId} as a whole; no other pod gets an address of it")
            : null;

    private static bool IsStillRight(AddressLease lease, EniAddresses eni, IReadOnlyList<IPAddress> named) =>
        lease.EniId == eni.EniId
        && lease.Addresses.All(address => eni.Keeps(IPAddress.Parse(address)))
        && named.All(address => lease.Addresses.Contains(address.ToString(), StringComparer.Ordinal));

    private static bool IsSamePod(AddressLease lease, IpamRequest request) =>
        lease.Interface == request.Interface
        && (
            !string.IsNullOrEmpty(lease.PodUid) && !string.IsNullOrEmpty(request.PodUid)
                ? lease.PodUid == request.PodUid
                : lease.Pod == PodOf(request)
        );

    /// <summary>The pod as <c>namespace/name</c>; the sandbox where it is not named.</summary>
    public static string PodOf(IpamRequest request) =>
        string.IsNullOrEmpty(request.PodName) ? request.ContainerId! : $"{request.PodNamespace}/{request.PodName}";

    private static IpamError? Named(IpamRequest request, out List<IPAddress> named)
    {
        named = [];
        foreach (var text in request.Addresses ?? [])
        {
            if (!IPAddress.TryParse(text.Split('/')[0], out var address))
            {
                return Error(IpamErrorCodes.InvalidConfiguration, $"'{text}' is not an address; write it as 10.0.1.20 or 10.0.1.20/24");
            }

            if (!named.Contains(address))
            {
                named.Add(address);
            }
        }

        return null;
    }

    private static AddressAnswer.Refuse Later(string message) => new(Error(IpamErrorCodes.TryAgainLater, message));

    private static AddressAnswer.Refuse Invalid(string message) => new(Error(IpamErrorCodes.InvalidConfiguration, message));

    private static IpamError Error(int code, string message) => new() { Code = code, Message = message };
}

/// <summary>What is answered to an ADD.</summary>
internal abstract record AddressAnswer
{
    /// <summary>Addresses are given.</summary>
    /// <param name="Lease">To note before they are given.</param>
    /// <param name="Eni">The ENI.</param>
    /// <param name="Replaced">Interfaces of earlier sandboxes of the pod, whose leases end.</param>
    public sealed record Give(AddressLease Lease, EniAddresses Eni, IReadOnlyList<InterfaceId> Replaced) : AddressAnswer;

    /// <summary>There may be one in a moment.</summary>
    /// <param name="Eni">The ENI.</param>
    /// <param name="Requested">Named addresses to ask the controller for; empty for any.</param>
    /// <param name="Until">When the cooldown of an address ends; null if only EC2 can help.</param>
    /// <param name="Message">What to say when it takes too long.</param>
    public sealed record Wait(EniAddresses Eni, IReadOnlyList<string> Requested, TimeSpan? Until, string Message) : AddressAnswer;

    /// <summary>None is given.</summary>
    /// <param name="Error">Why.</param>
    public sealed record Refuse(IpamError Error) : AddressAnswer
    {
        /// <summary>What stays asked for, so that it is there when the pod asks again; null if nothing.</summary>
        public Wait? Pending { get; init; }
    }
}
