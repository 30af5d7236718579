namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Kinds of messages (include/uapi/linux/netlink.h and rtnetlink.h), as far as this program uses them.</summary>
internal enum NetlinkMessageType : ushort
{
    /// <summary>Not a message of the kernel's.</summary>
    None = 0,

    /// <summary>An error, or with error 0 the acknowledgement of a request.</summary>
    Error = 2,

    /// <summary>The end of a dump.</summary>
    Done = 3,

    /// <summary>A link, in a dump or because it is new or has changed.</summary>
    NewLink = 16,

    /// <summary>A link went away.</summary>
    DeleteLink = 17,

    /// <summary>Asks for links.</summary>
    GetLink = 18,

    /// <summary>Changes a link.</summary>
    SetLink = 19,

    /// <summary>An address, in a dump or because it is new.</summary>
    NewAddress = 20,

    /// <summary>An address went away.</summary>
    DeleteAddress = 21,

    /// <summary>Asks for addresses.</summary>
    GetAddress = 22,

    /// <summary>A route, in a dump or because it is new.</summary>
    NewRoute = 24,

    /// <summary>A route went away.</summary>
    DeleteRoute = 25,

    /// <summary>Asks for routes.</summary>
    GetRoute = 26,

    /// <summary>A policy rule, in a dump or because it is new.</summary>
    NewRule = 32,

    /// <summary>Asks for policy rules.</summary>
    GetRule = 34,
}
