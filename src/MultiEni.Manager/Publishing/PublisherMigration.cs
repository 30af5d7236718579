using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Publishes in a new way on a node on which the SR-IOV device plugin's file was in use: what the
/// file still offers is withdrawn first, and nothing is offered anew under a resource until the
/// node has stopped counting the file's devices. Two plugins must never serve one resource.
/// </summary>
/// <param name="next">The new way.</param>
/// <param name="file">The file, and with it the record of what it offers.</param>
internal sealed class PublisherMigration(IDevicePublisher next, FileDevicePublisher file) : IDevicePublisher
{
    private readonly ConcurrentDictionary<PciAddress, ResourceName> _leaving = new();
    private readonly ConcurrentDictionary<PciAddress, OfferedDevice> _waiting = new();

    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered => [.. next.Offered, .. _waiting.Values];

    /// <inheritdoc />
    public async Task StartAsync(string bootId, CancellationToken cancellationToken)
    {
        await file.StartAsync(bootId, cancellationToken);
        _waiting.Clear();
        _leaving.Clear();
        foreach (var device in file.Offered)
        {
            await file.WithdrawAsync(device.Address, cancellationToken);
        }

        foreach (var device in file.Withdrawn)
        {
            _leaving[device.Address] = device.Resource;
        }

        await next.StartAsync(bootId, cancellationToken);
    }

    /// <inheritdoc />
    public Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken)
    {
        if (IsLeaving(device))
        {
            _waiting[device.Address] = device;
            return Task.CompletedTask;
        }

        _waiting.TryRemove(device.Address, out _);
        return next.OfferAsync(device, cancellationToken);
    }

    /// <inheritdoc />
    public Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken)
    {
        _waiting.TryRemove(address, out _);
        return next.WithdrawAsync(address, cancellationToken);
    }

    /// <inheritdoc />
    public Task ReplaceAsync(PciAddress address, string eniId, CancellationToken cancellationToken)
    {
        _waiting.TryRemove(address, out _);
        return next.ReplaceAsync(address, eniId, cancellationToken);
    }

    /// <inheritdoc />
    public string? EniAt(PciAddress address) => next.EniAt(address);

    /// <inheritdoc />
    public Task CheckAsync(CancellationToken cancellationToken) => next.CheckAsync(cancellationToken);

    /// <inheritdoc />
    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        if (!_leaving.IsEmpty)
        {
            await file.RepairAsync(cancellationToken);
        }

        await next.RepairAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken)
    {
        var ended = await file.ConfirmAsync(allocatable, cancellationToken);
        var left = file.Withdrawn.Select(device => device.Address).ToHashSet();
        foreach (var address in _leaving.Keys.Where(address => !left.Contains(address)))
        {
            _leaving.TryRemove(address, out _);
        }

        return await next.ConfirmAsync(allocatable, cancellationToken) || ended;
    }

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable)
    {
        if (_waiting.TryGetValue(address, out var waiting))
        {
            // Not offered is what makes the agent offer it again, and this time it goes through.
            return IsLeaving(waiting) ? new OfferState.Pending(waiting, Why(waiting, allocatable)) : new OfferState.NotOffered();
        }

        return _leaving.ContainsKey(address) ? file.StateOf(address, allocatable) : next.StateOf(address, allocatable);
    }

    private bool IsLeaving(OfferedDevice device) => _leaving.Any(leaving => leaving.Key == device.Address || leaving.Value == device.Resource);

    private Blocker Why(OfferedDevice device, IReadOnlyDictionary<string, string>? allocatable)
    {
        var state = _leaving
            .Where(leaving => leaving.Key == device.Address || leaving.Value == device.Resource)
            .Select(leaving => file.StateOf(leaving.Key, allocatable))
            .OfType<OfferState.Withdrawing>()
            .FirstOrDefault();
        return new Blocker(
            Reasons.Publishing,
            $"{device.Resource} is being withdrawn from the SR-IOV device plugin, which advertised it before DEVICE_PUBLISHER was changed: {state?.Why.Message}"
        );
    }
}
