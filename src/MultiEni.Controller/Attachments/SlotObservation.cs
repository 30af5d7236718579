using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>What is known of the ENIs that carry a slot's tag.</summary>
internal abstract record SlotObservation
{
    /// <summary>Nothing yet: no sweep has run since this controller began to lead, or an outcome is open.</summary>
    public sealed record Unknown : SlotObservation;

    /// <summary>EC2 shows none and enough time has passed for that to be believed (docs/reference/ec2.md#consistency).</summary>
    public sealed record Absent : SlotObservation;

    /// <summary>EC2 shows none, but one was created a moment ago: not yet a proof.</summary>
    public sealed record AbsentForNow : SlotObservation;

    /// <summary>At least one exists; more than one after a crash at the wrong moment.</summary>
    /// <param name="Rows">All of them.</param>
    public sealed record Present(IReadOnlyList<EniRow> Rows) : SlotObservation;
}
