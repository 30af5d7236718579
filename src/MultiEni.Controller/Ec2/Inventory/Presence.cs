using System.Runtime.InteropServices;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// What is known of whether an ENI exists. EC2 forgets to mention young ENIs for seconds, so not
/// being mentioned proves nothing at first (docs/reference/ec2.md#consistency).
/// </summary>
internal abstract record Presence
{
    private Presence() { }

    /// <summary>It exists.</summary>
    /// <param name="Row">As last seen, with our own later changes.</param>
    public sealed record Present(EniRow Row) : Presence;

    /// <summary>
    /// Not seen, but it may have been created too recently for EC2 to say so, or nobody has looked
    /// yet.
    /// </summary>
    public sealed record AbsentWithinGrace : Presence;

    /// <summary>EC2 was asked after the grace time and does not have it.</summary>
    public sealed record Absent : Presence;
}

/// <summary>
/// A description asked of EC2: what is learned from its answer is as old as the moment it was
/// asked.
/// </summary>
/// <param name="Generation">Grows with every observation and every call of ours.</param>
/// <param name="Began">When it was asked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Observation(long Generation, DateTimeOffset Began);
