using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Offers devices to pods: through the SR-IOV device plugin's file, or as a device plugin of its
/// own. Safe for concurrent use.
/// </summary>
internal interface IDevicePublisher
{
    /// <summary>All devices on offer.</summary>
    IReadOnlyList<OfferedDevice> Offered { get; }

    /// <summary>
    /// Takes over what a predecessor offered in this boot and takes back what it offered in an
    /// earlier one.
    /// </summary>
    Task StartAsync(string bootId, CancellationToken cancellationToken);

    /// <summary>
    /// Offers a device, replacing what was offered at its address. Doing it again repairs what
    /// others have changed.
    /// </summary>
    Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken);

    /// <summary>Takes a device back. Pods that have it keep it.</summary>
    Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a device back because another ENI is in its place by now: pods that have it have
    /// something else than they asked for.
    /// </summary>
    /// <param name="address">The place.</param>
    /// <param name="eniId">The ENI that is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ReplaceAsync(PciAddress address, string eniId, CancellationToken cancellationToken) => WithdrawAsync(address, cancellationToken);

    /// <summary>
    /// The host announced a change: a device that has become unusable is not handed out any more
    /// from now on.
    /// </summary>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Puts right what others have changed.</summary>
    Task RepairAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the node counts is known anew: withdrawals that it confirms are over, and what was kept
    /// for them is let go.
    /// </summary>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Whether a withdrawal ended, or it is known anew what it waits for: something may wait on it.
    /// </returns>
    Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken);

    /// <summary>
    /// How far the offer of the device at an address has come. A question: it changes nothing.
    /// </summary>
    /// <param name="address">The device.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable);

    /// <summary>
    /// The ENI that is on offer at an address; null when none is, or whoever gets the device is not
    /// told which ENI it is.
    /// </summary>
    string? EniAt(PciAddress address) => null;
}

/// <summary>A device that pods may have.</summary>
/// <param name="Resource">The resource under which they request it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Ids">What it is, read from the device.</param>
/// <param name="Driver">The driver that really holds it.</param>
internal sealed record OfferedDevice(ResourceName Resource, PciAddress Address, PciIds Ids, string Driver)
{
    /// <summary>
    /// What programs are told of the ENI behind it. An offer that differs in this alone is the same
    /// one: pods need not lose a device because it became known better.
    /// </summary>
    public IReadOnlyDictionary<string, string> Network { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc />
    public bool Equals(OfferedDevice? other) =>
        other is not null && (Resource, Address, Ids, Driver) == (other.Resource, other.Address, other.Ids, other.Driver);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Resource, Address, Ids, Driver);
}

/// <summary>How far the advertisement of one device, or its end, has come.</summary>
internal abstract record OfferState
{
    private OfferState(OfferedDevice? onOffer) => OnOffer = onOffer;

    /// <summary>
    /// The device as pods can get it at present, or may at any moment; null when they cannot.
    /// </summary>
    public OfferedDevice? OnOffer { get; }

    /// <summary>Pods cannot get it, and allocatable does not show it.</summary>
    public sealed record NotOffered() : OfferState(onOffer: null);

    /// <summary>Advertised; allocatable does not show it yet.</summary>
    public sealed record Pending(OfferedDevice Device, Blocker Why) : OfferState(Device);

    /// <summary>Allocatable shows it.</summary>
    public sealed record Confirmed(OfferedDevice Device) : OfferState(Device);

    /// <summary>Withdrawn; allocatable still shows it.</summary>
    public sealed record Withdrawing(OfferedDevice Device, Blocker Why) : OfferState(onOffer: null)
    {
        /// <summary>Whether another ENI is known to be in its place.</summary>
        public bool IsGone { get; init; }
    }

    /// <summary>It cannot be advertised.</summary>
    public sealed record Failed(OfferedDevice Device, Blocker Why) : OfferState(Device);
}

/// <summary>Advertises nothing.</summary>
internal sealed class NoPublisher : IDevicePublisher
{
    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered => [];

    /// <inheritdoc />
    public Task StartAsync(string bootId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task RepairAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable) => new OfferState.NotOffered();
}
