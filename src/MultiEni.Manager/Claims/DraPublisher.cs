using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims;

/// <summary>
/// Offers devices to claims, by the node's slice. What was offered is confirmed by the slice as it
/// is stored, and a device that a claim has stays in it until the claim has ended, whatever becomes
/// of the offer. That counts from the claim's allocation on: its pod may be on its way to the node.
/// </summary>
internal sealed class DraPublisher : IDevicePublisher, IDisposable
{
    // Nothing tells of the end of a claim that was never prepared here.
    internal static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(5);

    private readonly OfferRecordFile _record;
    private readonly string _node;
    private readonly PreparedClaims _claims;
    private readonly ClaimHolds _holds;
    private readonly AllocatedClaims _allocated;
    private readonly ClaimFiles _files;
    private readonly DeviceChecker _checker;
    private readonly HostFactsReader _hostFacts;
    private readonly DeviceHealthFeed _health;
    private readonly SlicePublisher _slice;
    private readonly DriverRegistration _registration;
    private readonly Func<PciAddress, EniFacts?> _facts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _again;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<PciAddress, ClaimOffer> _entries = [];
    private string? _bootId;

    /// <summary>A publisher that offers nothing before <see cref="StartAsync"/>.</summary>
    /// <param name="path">File of what was offered.</param>
    /// <param name="node">The node, and so the pool.</param>
    /// <param name="claims">Which claims are prepared.</param>
    /// <param name="holds">Which devices claims have.</param>
    /// <param name="allocated">Which devices claims will have.</param>
    /// <param name="files">The files of claims.</param>
    /// <param name="host">The node's kernel.</param>
    /// <param name="health">Told of the devices' health.</param>
    /// <param name="slice">Keeps the slice.</param>
    /// <param name="registration">Whether the kubelet has registered the driver.</param>
    /// <param name="facts">
    /// What Kubernetes says of the ENI at an address; null when it says nothing.
    /// </param>
    /// <param name="settled">
    /// Called when something is to be looked at on which others may wait.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public DraPublisher(
        string path,
        string node,
        PreparedClaims claims,
        ClaimHolds holds,
        AllocatedClaims allocated,
        ClaimFiles files,
        NodeHost host,
        DeviceHealthFeed health,
        SlicePublisher slice,
        DriverRegistration registration,
        Func<PciAddress, EniFacts?> facts,
        Action settled,
        TimeProvider time,
        ILogger logger
    )
    {
        (_node, _claims, _holds, _files, _health, _time, _logger) = (node, claims, holds, files, health, time, logger);
        (_slice, _registration, _facts, _allocated) = (slice, registration, facts, allocated);
        _record = new OfferRecordFile(path, logger);
        _checker = new DeviceChecker(host);
        _hostFacts = new HostFactsReader(host);
        _again = time.CreateTimer(_ => settled(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Values.Where(entry => entry.WithdrawnAt is null).Select(entry => entry.Device.Offer)];
            }
        }
    }

    // Why the offers do not reach pods; null when they do.
    private Blocker? Problem =>
        _slice.Problem is { } unwritten
            ? new Blocker(Reasons.Publishing, $"The node's ResourceSlice is not as it should be: {unwritten}")
            : _registration.Problem;

    /// <summary>The devices that claims have changed: the slice has to be looked at.</summary>
    public void Changed() => _slice.Wake();

    /// <summary>The content of the slice; null while it is not known.</summary>
    public IReadOnlyList<SliceEntry>? Entries()
    {
        lock (_lock)
        {
            return _bootId is { } boot
                ?
                [
                    .. from entry in _entries.Values
                    // Where taints are dropped, to list it would be to offer it.
                    let isClaimed = IsHeld(entry, boot) || (entry.IsAllocated && _slice.KeepsTaints)
                    where isClaimed || !entry.IsOver(_time)
                    select new SliceEntry(entry.Device, entry.Shown, isClaimed),
                ]
                : null;
        }
    }

    /// <inheritdoc />
    public async Task StartAsync(string bootId, CancellationToken cancellationToken)
    {
        Sweep(bootId);
        var record = _record.Read();
        lock (_lock)
        {
            _entries.Clear();
            foreach (var stored in record?.BootId == bootId ? record.Devices : [])
            {
                var device = stored.ToDevice();
                DeviceStanding standing = stored.Gone is { } why
                    ? new DeviceStanding.Gone(new Blocker(Reasons.DeviceRemoved, why))
                    : new DeviceStanding.Ready();
                _entries[device.Offer.Address] = new ClaimOffer(device, standing, stored.IsWithdrawn ? _time.GetTimestamp() : null);
            }

            _bootId = bootId;
        }

        await CheckAsync(cancellationToken);
        LookAgainIn(ClaimOffer.WithdrawalGrace);
    }

    /// <inheritdoc />
    public async Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken)
    {
        var facts = _facts(device.Address);
        var (boot, before) = Known(device.Address);
        // While a claim has it bound, what is offered is what it is afterwards.
        var isClaims = boot is not null && _holds.DriverOf(device.Address, facts?.EniId ?? "", boot) == device.Driver;
        var offer = isClaims && before is not null ? device with { Driver = before.Device.Offer.Driver } : device;
        var host = isClaims && before is not null ? before.Device.Host : await _hostFacts.ReadAsync(device.Address, cancellationToken);
        Put(new ClaimOffer(new ClaimableDevice(offer, facts ?? before?.Device.Eni ?? EniFacts.Unknown, host), new DeviceStanding.Ready(), null));
        await CheckAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken)
    {
        if (Known(address).Boot is { } boot && _holds.IsChanging(address, boot))
        {
            // What was seen of it while a claim changes it is no reason: whoever asks looks again.
            await _holds.ChangeOf(address, boot).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        Withdraw(address, entry => entry.WithdrawnAt is null ? entry : null);
    }

    /// <inheritdoc />
    public Task ReplaceAsync(PciAddress address, string eniId, CancellationToken cancellationToken)
    {
        var replaced = Withdraw(
            address,
            entry =>
                entry.Device.Eni.EniId == eniId
                    ? null
                    : entry with
                    {
                        Standing = new DeviceStanding.Gone(
                            new Blocker(Reasons.DeviceRemoved, $"{entry.Device.Name} is gone from the node: {eniId} is at {address} by now.")
                        ),
                    }
        );
        if (replaced is { Standing: DeviceStanding.Gone gone })
        {
            ClaimLog.DeviceUnusable(_logger, replaced.Device.Name, gone.Why.Message);
            Tell();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (entry, boot) in Present())
        {
            var address = entry.Device.Offer.Address;
            if (_holds.IsUnsettled(address, boot))
            {
                continue;
            }

            var check = await _checker.CheckAsync(AsItIs(entry, boot), cancellationToken);
            // What comes back is the same one when it shows its address, and could be any otherwise.
            if (
                entry.Standing is DeviceStanding.Gone
                && check is not DeviceCheck.Unusable { Why.Reason: Reasons.DeviceRemoved }
                && !await _hostFacts.ShowsAsync(entry.Device, cancellationToken)
            )
            {
                continue;
            }

            Note(entry, check);
        }

        Tell();
    }

    /// <inheritdoc />
    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        foreach (var (entry, _) in Present())
        {
            if (_facts(entry.Device.Offer.Address) is { } facts && facts.EniId == entry.Device.Eni.EniId)
            {
                Replace(entry, entry with { Device = entry.Device with { Eni = facts } });
            }
        }

        await CheckAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken)
    {
        NoteClosed();
        var hasAnswers = await AskAsync(cancellationToken);
        var ended = false;
        foreach (var (entry, boot) in Present().Where(present => present.Entry.IsOver(_time) && _slice.IsAbsent(present.Entry.Device.Name)))
        {
            lock (_lock)
            {
                // Under the lock: a claim is noted first and then asks whether its device is still
                // there.
                ended |=
                    !IsHeld(entry, boot)
                    && _entries.TryGetValue(entry.Device.Offer.Address, out var present)
                    && present == entry
                    && _entries.Remove(entry.Device.Offer.Address);
            }
        }

        if (ended)
        {
            Save();
        }

        // Of one whose time is over the slice has to be looked at anew.
        _slice.Wake();
        return ended || hasAnswers;
    }

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable)
    {
        var (boot, entry) = Known(address);
        if (boot is null || entry is null)
        {
            return new OfferState.NotOffered();
        }

        var device = AsItIs(entry, boot);
        if (entry.WithdrawnAt is not null)
        {
            return new OfferState.Withdrawing(device, entry.WhyStill(_holds.Of(entry.Device.Offer.Address, boot)?.Claim))
            {
                IsGone = entry.Standing is DeviceStanding.Gone,
            };
        }

        return entry.Standing switch
        {
            DeviceStanding.Unusable unusable => new OfferState.Failed(device, unusable.Why),
            DeviceStanding.Gone gone => new OfferState.Failed(device, gone.Why),
            _ when Problem is { } problem => new OfferState.Pending(device, problem),
            _ when _slice.Find(entry.Device.Name) is { Taints: null or { Count: 0 } } => new OfferState.Confirmed(device),
            _ => new OfferState.Pending(
                device,
                new Blocker(Reasons.Publishing, $"{entry.Device.Name} is being written to the node's ResourceSlice.")
            ),
        };
    }

    /// <inheritdoc />
    public string? EniAt(PciAddress address) => Known(address).Entry?.Device.Eni.EniId;

    /// <inheritdoc />
    public void Dispose() => _again.Dispose();

    // The claim of an ENI that was at the address before does not keep this one.
    private bool IsHeld(ClaimOffer entry, string boot) =>
        _holds.Of(entry.Device.Offer.Address, boot) is var (_, device) && device.Device == entry.Device.Name;

    // However long the API server took to store the taint: a scheduler may have chosen the device
    // until then.
    private void NoteClosed()
    {
        var closed = Present().Select(present => present.Entry).Where(entry => entry is { WithdrawnAt: not null, ClosedAt: null }).ToList();
        foreach (var entry in closed.Where(entry => _slice.IsClosed(entry.Device.Name)))
        {
            Replace(entry, entry with { ClosedAt = _time.GetTimestamp() });
            LookAgainIn(ClaimOffer.WithdrawalGrace);
        }
    }

    // Not before schedulers can see that the device is given to no further claim.
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        var asked = Present()
            .Where(present =>
                present is var (entry, boot) && entry.MayBeAllocated(_time) && !IsHeld(entry, boot) && _slice.IsClosed(entry.Device.Name)
            )
            .Select(present => present.Entry)
            .ToList();
        if (asked.Count == 0)
        {
            return false;
        }

        var due = asked.Where(entry => entry.AskedAt is not { } last || _time.GetElapsedTime(last) >= AskInterval).ToList();
        if (due.Count > 0)
        {
            var states = await _allocated.AskAsync(
                due.ToDictionary(
                    entry => entry.Device.Name,
                    entry => (entry.Allocation as DeviceAllocationState.Allocated)?.Claim,
                    StringComparer.Ordinal
                ),
                cancellationToken
            );
            foreach (var entry in due)
            {
                Replace(entry, entry with { Allocation = states[entry.Device.Name], AskedAt = _time.GetTimestamp() });
            }
        }

        LookAgainIn(AskInterval);
        return due.Count > 0;
    }

    private OfferedDevice AsItIs(ClaimOffer entry, string boot) =>
        _holds.DriverOf(entry.Device.Offer.Address, entry.Device.Eni.EniId, boot) is { } driver
            ? entry.Device.Offer with
            {
                Driver = driver,
            }
            : entry.Device.Offer;

    private (string? Boot, ClaimOffer? Entry) Known(PciAddress address)
    {
        lock (_lock)
        {
            return (_bootId, _entries.GetValueOrDefault(address));
        }
    }

    private List<(ClaimOffer Entry, string Boot)> Present()
    {
        lock (_lock)
        {
            return _bootId is { } boot ? [.. _entries.Values.Select(entry => (entry, boot))] : [];
        }
    }

    private void Note(ClaimOffer entry, DeviceCheck check)
    {
        var standing = check switch
        {
            DeviceCheck.Unusable { Why: { Reason: Reasons.DeviceRemoved } why } => new DeviceStanding.Gone(why),
            DeviceCheck.Unusable { Why: var why } => new DeviceStanding.Unusable(why),
            _ => (DeviceStanding)new DeviceStanding.Ready(),
        };
        if (standing != entry.Standing)
        {
            if (standing is not DeviceStanding.Ready)
            {
                ClaimLog.DeviceUnusable(_logger, entry.Device.Name, ((DeviceCheck.Unusable)check).Why.Message);
            }

            Replace(entry, entry with { Standing = standing });
        }
    }

    // As it is when it is this call's turn: another attachment's may be the other way round.
    private ClaimOffer? Withdraw(PciAddress address, Func<ClaimOffer, ClaimOffer?> change)
    {
        ClaimOffer after;
        lock (_lock)
        {
            if (_entries.GetValueOrDefault(address) is not { } before || change(before) is not { } changed)
            {
                return null;
            }

            _entries[address] = after = changed with { WithdrawnAt = before.WithdrawnAt ?? _time.GetTimestamp() };
        }

        Save();
        _slice.Wake();
        LookAgainIn(ClaimOffer.WithdrawalGrace);
        return after;
    }

    private void Put(ClaimOffer entry)
    {
        lock (_lock)
        {
            _entries[entry.Device.Offer.Address] = entry;
        }

        Save();
        _slice.Wake();
    }

    private void Replace(ClaimOffer before, ClaimOffer after)
    {
        lock (_lock)
        {
            if (_entries.GetValueOrDefault(before.Device.Offer.Address) == before)
            {
                _entries[before.Device.Offer.Address] = after;
            }
        }
    }

    // A little later, because a timer may be early by the length of its tick.
    private void LookAgainIn(TimeSpan wait) => _again.Change(wait + TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);

    private void Tell()
    {
        _health.Announce([
            .. Present()
                .Select(present => new DeviceHealth(
                    _node,
                    present.Entry.Device.Name,
                    present.Entry.Standing switch
                    {
                        DeviceStanding.Gone gone => gone.Why.Message,
                        DeviceStanding.Unusable unusable => unusable.Why.Message,
                        _ => null,
                    }
                )),
        ]);
        _slice.Wake();
    }

    // What an earlier boot prepared is no more, and what was being written when a predecessor was
    // killed is nobody's.
    private void Sweep(string bootId)
    {
        try
        {
            foreach (var old in _claims.Void(bootId))
            {
                _files.Remove(old);
            }

            _record.RemoveUnfinished();
            _files.RemoveStrays(uid => _claims.Find(uid, bootId) is not null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ClaimLog.NotSwept(_logger, error.Message);
        }
    }

    private void Save() =>
        _record.Write(() =>
        {
            lock (_lock)
            {
                return new OfferRecord
                {
                    BootId = _bootId ?? "",
                    Devices =
                    [
                        .. _entries.Values.Select(entry =>
                            OfferRecordDevice.Of(entry.Device, entry.WithdrawnAt is not null, (entry.Standing as DeviceStanding.Gone)?.Why.Message)
                        ),
                    ],
                };
            }
        });
}
