namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Flags in the header of a message.</summary>
[Flags]
internal enum NetlinkFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A request to the kernel.</summary>
    Request = 1,

    /// <summary>More parts follow, until <see cref="NetlinkMessageType.Done"/>.</summary>
    Multi = 2,

    /// <summary>Answer with an acknowledgement, also on success.</summary>
    Acknowledge = 4,

    /// <summary>The table changed while it was dumped: what came is not a picture of one moment.</summary>
    DumpInterrupted = 0x10,

    /// <summary>Answer with the whole table.</summary>
    Root = 0x100,

    /// <summary>Answer with all that match.</summary>
    Match = 0x200,

    /// <summary>List everything.</summary>
    Dump = Root | Match,
}
