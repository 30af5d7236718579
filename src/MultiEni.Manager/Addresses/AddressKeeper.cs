using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Keeps the address book of a node: answers the plugin, and notes on disk what it answers before
/// it does. Many requests that come at once are noted with one write. Safe for concurrent use.
/// </summary>
internal sealed class AddressKeeper : IDisposable
{
    /// <summary>How long an ADD waits for an address that is about to be there.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    private readonly AddressBookFile _file;
    private readonly string _bootId;
    private readonly Func<IReadOnlyList<EniAddresses>> _enis;
    private readonly Action<string> _changed;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly PendingRequests _pending = new();
    private readonly SemaphoreSlim _disk = new(1, 1);
    private readonly Lock _lock = new();
    private AddressBook _book;
    private long _version;
    private long _written;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads the book.</summary>
    /// <param name="file">The book on disk.</param>
    /// <param name="bootId">The present boot.</param>
    /// <param name="enis">The node's ENIs as they are now.</param>
    /// <param name="changed">
    /// Called with an attachment's name when what its status says of addresses has changed.
    /// </param>
    /// <param name="time">Clock; only its timestamps are used, which no adjustment moves.</param>
    /// <exception cref="InvalidDataException">The book cannot be read.</exception>
    public AddressKeeper(AddressBookFile file, string bootId, Func<IReadOnlyList<EniAddresses>> enis, Action<string> changed, TimeProvider time)
    {
        (_file, _bootId, _enis, _changed, _time) = (file, bootId, enis, changed, time);
        _begun = time.GetTimestamp();
        _book = file.Read(bootId);
    }

    /// <summary>The book as it is now.</summary>
    public AddressBook Book
    {
        get
        {
            lock (_lock)
            {
                return _book;
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_begun);

    /// <summary>What a node's status says about an ENI's addresses.</summary>
    public AddressUse? ReportOf(EniAddresses eni) => AddressReport.Of(eni, Book, _pending.Of(eni.Attachment, Now));

    /// <summary>Something changed that an ADD may wait for.</summary>
    public void Wake()
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            waiting = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    /// <summary>Gives addresses to an interface, or says why not.</summary>
    public async Task<IpamReply> AddAsync(IpamRequest request, CancellationToken cancellationToken)
    {
        var deadline = Now + Patience;
        while (true)
        {
            Task woken;
            long version;
            AddressAnswer answer;
            var isNew = false;
            lock (_lock)
            {
                woken = _next.Task;
                var now = Now;
                answer = AddressDecision.Add(request, _enis(), _book, now);
                if (answer is AddressAnswer.Give give)
                {
                    isNew = Apply(give, now);
                }

                version = _version;
            }

            switch (answer)
            {
                case AddressAnswer.Give given:
                    return await GivenAsync(request, given, version, isNew);
                case AddressAnswer.Refuse refused:
                    Keep(request, refused.Pending);
                    return new IpamReply { Error = refused.Error };
                case AddressAnswer.Wait wait:
                    Keep(request, wait);
                    var until = wait.Until is { } cooled && cooled < deadline ? cooled : deadline;
                    if (Now >= deadline)
                    {
                        return new IpamReply
                        {
                            Error = new() { Code = IpamErrorCodes.TryAgainLater, Message = wait.Message },
                        };
                    }

                    await WaitAsync(woken, until - Now, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Takes back what an interface has. Nothing is no error.</summary>
    public Task DeleteAsync(IpamRequest request) => FreeAsync([new InterfaceId(request.ContainerId!, request.Interface!)]);

    /// <summary>Takes back what interfaces of a network have that do not exist any more.</summary>
    public Task CollectAsync(string network, IReadOnlyList<IpamInterface> valid)
    {
        var existing = valid.Select(other => new InterfaceId(other.ContainerId, other.Interface)).ToHashSet();
        return FreeAsync([.. Book.Leases.Values.Where(lease => lease.Network == network && !existing.Contains(lease.Id)).Select(lease => lease.Id)]);
    }

    /// <summary>What an interface was given, or what is wrong with that.</summary>
    public IpamReply Check(IpamRequest request)
    {
        var (enis, book) = (_enis(), Book);
        if (AddressDecision.Check(request, enis, book) is { } error)
        {
            return new IpamReply { Error = error };
        }

        var lease = book.Leases[new(request.ContainerId!, request.Interface!)];
        return new IpamReply
        {
            Addresses = [.. lease.Addresses.Select(address => AddressFormat.Of(enis.First(eni => eni.EniId == lease.EniId), address))],
        };
    }

    /// <summary>
    /// Takes back leases. They are free from now on; that the disk does not take it would only
    /// bring them back after a restart, and then they are found again.
    /// </summary>
    /// <returns>How many there were.</returns>
    public async Task<int> FreeAsync(IReadOnlyList<InterfaceId> interfaces)
    {
        List<AddressLease> freed;
        long version;
        lock (_lock)
        {
            freed = [.. interfaces.Select(id => _book.Leases.GetValueOrDefault(id)).OfType<AddressLease>()];
            if (freed.Count == 0)
            {
                return 0;
            }

            var now = Now;
            _book = freed.Aggregate(_book.Cooled(now), (book, lease) => book.Without(lease.Id, now));
            version = ++_version;
        }

        Announce(freed);
        try
        {
            await PersistAsync(version);
        }
        catch (JournalException)
        {
            // See above.
        }

        return freed.Count;
    }

    /// <inheritdoc />
    public void Dispose() => _disk.Dispose();

    private void Keep(IpamRequest request, AddressAnswer.Wait? pending)
    {
        if (pending is null)
        {
            _pending.Remove(request);
        }
        else if (_pending.Add(request, pending, Now))
        {
            _changed(pending.Eni.Attachment);
        }
    }

    // Only under the lock. False when it is in the book already.
    private bool Apply(AddressAnswer.Give give, TimeSpan now)
    {
        if (_book.Leases.TryGetValue(give.Lease.Id, out var present) && ReferenceEquals(present, give.Lease))
        {
            return false;
        }

        _book = give.Replaced.Aggregate(_book.Cooled(now), (book, id) => book.Without(id, now)).With(give.Lease);
        _version++;
        return true;
    }

    private async Task<IpamReply> GivenAsync(IpamRequest request, AddressAnswer.Give given, long version, bool isNew)
    {
        try
        {
            await PersistAsync(version);
        }
        catch (JournalException error)
        {
            if (isNew)
            {
                lock (_lock)
                {
                    // Nobody was told of the lease, so nobody uses it.
                    _book = _book.Without(given.Lease.Id, Now);
                    _version++;
                }
            }

            return new IpamReply
            {
                Error = new() { Code = IpamErrorCodes.InputOutput, Message = error.Message },
            };
        }

        _pending.Remove(request);
        Announce([given.Lease]);
        return new IpamReply { Addresses = [.. given.Lease.Addresses.Select(address => AddressFormat.Of(given.Eni, address))] };
    }

    private void Announce(IReadOnlyList<AddressLease> leases)
    {
        foreach (var attachment in leases.Select(lease => lease.Attachment).Distinct(StringComparer.Ordinal))
        {
            _changed(attachment);
        }

        Wake();
    }

    // Whoever gets the turn writes for all who came before.
    private async Task PersistAsync(long version)
    {
        await _disk.WaitAsync();
        try
        {
            if (_written >= version)
            {
                return;
            }

            AddressBook book;
            long latest;
            lock (_lock)
            {
                (book, latest) = (_book, _version);
            }

            _file.Write(book, _bootId);
            _written = latest;
        }
        finally
        {
            _disk.Release();
        }
    }

    private async Task WaitAsync(Task woken, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(woken, Task.Delay(longest < TimeSpan.Zero ? TimeSpan.Zero : longest, _time, ended.Token));
        await ended.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
