using System.Net.Sockets;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Manager.Addresses;

/// <summary>What a node's status says about an ENI's addresses. Pure.</summary>
internal static class AddressReport
{
    // What the schema of the status has room for.
    private const int MostReported = 1024;

    /// <summary>The report; null while no pod asked for an address and none is kept for one.</summary>
    public static AddressUse? Of(EniAddresses eni, AddressBook book, (int Waiting, List<RequestedAddress> Requested) pending)
    {
        var leases = book.Leases.Values.Where(lease => lease.EniId == eni.EniId).ToList();
        if (eni.PodAddresses is null && eni.Withdrawal is null && leases.Count == 0 && pending.Waiting == 0 && pending.Requested.Count == 0)
        {
            return null;
        }

        var used = leases.SelectMany(lease =>
            lease.Addresses.Select(address => new UsedAddress
            {
                Address = address,
                Pod = lease.Pod,
                Interface = lease.Interface,
            })
        );
        return new AddressUse
        {
            Free = Free(AddressFamily.InterNetwork),
            FreeIpv6 = AddressPool.Of(eni, AddressFamily.InterNetworkV6).Any() ? Free(AddressFamily.InterNetworkV6) : null,
            FreeFixed = AddressPool.FreeFixed(eni, book),
            Waiting = pending.Waiting > 0 ? Math.Min(pending.Waiting, AddressUse.MostWaiting) : null,
            SeenWithdrawal = eni.Withdrawal,
            Used = leases.Count > 0 ? [.. used.OrderBy(address => address.Address, StringComparer.Ordinal).Take(MostReported)] : null,
            Requested = Requested(pending.Requested),
        };

        int Free(AddressFamily family) => Math.Min(AddressPool.Free(eni, family, book), AddressUse.MostFree);
    }

    // No ENI has an address with a zone, and the schema refuses a status with one as a whole.
    private static List<RequestedAddress>? Requested(List<RequestedAddress> pending) =>
        pending.FindAll(asked => !asked.Address.Contains('%', StringComparison.Ordinal)) is { Count: > 0 } requested ? requested : null;
}
