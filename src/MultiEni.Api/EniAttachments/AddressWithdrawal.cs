namespace MultiEni.Api.EniAttachments;

/// <summary>
/// Addresses that an ENI is about to lose to another one, because a pod of another node asks for
/// them by name. They leave <see cref="NetworkStatus.PrivateIps"/> or
/// <see cref="NetworkStatus.Ipv6Addresses"/> at the same time, so that the ENI manager gives them to
/// nobody (docs/design.md#addresses-for-pods).
/// </summary>
public sealed record AddressWithdrawal
{
    /// <summary>
    /// Counts up whenever an address is withdrawn. The ENI manager answers with it in
    /// <see cref="AddressUse.SeenWithdrawal"/>, and only then is the address moved.
    /// </summary>
    public int Number { get; set; }

    /// <summary>
    /// The addresses, sorted; absent when none is withdrawn at present. One that is not moved in
    /// the end comes back.
    /// </summary>
    public List<string>? Addresses { get; set; }
}
