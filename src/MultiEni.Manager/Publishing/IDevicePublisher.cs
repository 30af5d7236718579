using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>Offers devices to pods: through the SR-IOV device plugin's file, or as a device plugin of its own. Safe for concurrent use.</summary>
internal interface IDevicePublisher
{
    /// <summary>All devices on offer.</summary>
    IReadOnlyList<OfferedDevice> Offered { get; }

    /// <summary>Takes over what a predecessor offered in this boot and takes back what it offered in an earlier one.</summary>
    Task StartAsync(string bootId, CancellationToken cancellationToken);

    /// <summary>Offers a device, replacing what was offered at its address. Doing it again repairs what others have changed.</summary>
    Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken);

    /// <summary>Takes a device back. Pods that have it keep it.</summary>
    Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken);

    /// <summary>The host announced a change: a device that has become unusable is not handed out any more from now on.</summary>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Puts right what others have changed.</summary>
    Task RepairAsync(CancellationToken cancellationToken);

    /// <summary>What the node counts is known anew: withdrawals that it confirms are over, and what was kept for them is let go.</summary>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a withdrawal ended, on which something may wait.</returns>
    Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken);

    /// <summary>How far the offer of the device at an address has come. A question: it changes nothing.</summary>
    /// <param name="address">The device.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable);
}
