namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>What is known of our ENIs, without asking EC2 for each: one paged sweep, the answers of our own calls, and one shared poll for whatever is in transition.</summary>
public sealed class EniInventory : IDisposable
{
    /// <summary>Empty until the first sweep. Learns of our own calls from <see cref="Ec2Client.Changed"/>.</summary>
    public EniInventory(Ec2Client client, EniInventoryOptions options, TimeProvider time) { }

    /// <summary>Told of every row that came, changed or went: the slot tag, or the ENI when it has none. Called on the thread that learned of it; must not block.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Whether a sweep has completed; before that nothing may be created [ec2 K.3].</summary>
    public bool Swept => throw new NotSupportedException("follows");

    /// <summary>All our ENIs.</summary>
    public IReadOnlyList<EniRow> Rows() => throw new NotSupportedException("follows");

    /// <summary>The ENI, if known.</summary>
    public EniRow? Find(string eniId) => throw new NotSupportedException("follows");

    /// <summary>ENIs of the slot; more than one means duplicates, all of which are returned.</summary>
    public IReadOnlyList<EniRow> FindBySlot(string slot) =>
        throw new NotSupportedException("follows");

    /// <summary>Our ENIs attached to the instance, or on their way.</summary>
    public IReadOnlyList<EniRow> FindByInstance(string instanceId) =>
        throw new NotSupportedException("follows");

    /// <summary>Whether the ENI exists.</summary>
    public Presence PresenceOf(string eniId) => throw new NotSupportedException("follows");

    /// <summary>Whether the slot has an ENI. After a Create whose outcome is unknown, absence needs a description begun after the grace time.</summary>
    public Presence PresenceOfSlot(string slot) => throw new NotSupportedException("follows");

    /// <summary>Reads all our ENIs, page by page, and tells the differences. ENIs that are gone are dropped when the sweep began after the grace time of what was last known of them.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("follows");

    /// <summary>Reads the ENIs of these slots, after calls whose outcome is unknown.</summary>
    public Task RefreshSlotsAsync(
        IReadOnlyCollection<string> slots,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("follows");

    /// <summary>Adds an ENI to the shared poll until it is seen in a state of rest; ENIs in transition are in it by themselves.</summary>
    public void Watch(string eniId) => throw new NotSupportedException("follows");

    /// <summary>Polls while anything is in transition, and rests otherwise; runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("follows");

    /// <summary>Device indexes in use on the instance, foreign ENIs included; from memory when young, otherwise read together with other instances asked for at the same time.</summary>
    public Task<IReadOnlyList<DeviceSlot>> OccupancyAsync(
        InstanceId instanceId,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("follows");

    /// <summary>Forgets the occupancy of an instance, after EC2 said that an index is taken.</summary>
    public void ForgetOccupancy(InstanceId instanceId) =>
        throw new NotSupportedException("follows");

    /// <inheritdoc/>
    public void Dispose() { }
}
