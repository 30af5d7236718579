using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>How far the offer of one device to pods, or its end, has come.</summary>
internal abstract record OfferState
{
    private OfferState() { }

    /// <summary>Pods cannot get it, and the node does not count it.</summary>
    public sealed record NotOffered : OfferState;

    /// <summary>Offered; the node does not confirm it yet.</summary>
    public sealed record Pending(OfferedDevice Device, Blocker Why) : OfferState;

    /// <summary>The node counts it.</summary>
    public sealed record Confirmed(OfferedDevice Device) : OfferState;

    /// <summary>Taken back; the node still counts it.</summary>
    public sealed record Withdrawing(OfferedDevice Device, Blocker Why) : OfferState;

    /// <summary>It cannot be offered.</summary>
    public sealed record Failed(OfferedDevice Device, Blocker Why) : OfferState;
}
