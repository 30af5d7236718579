using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>Offers nothing.</summary>
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
