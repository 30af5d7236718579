namespace MultiEni.Manager.Devices;

/// <summary>The answer to: which device is this ENI?</summary>
internal abstract record DeviceMatch
{
    private DeviceMatch() { }

    /// <summary>This one.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Proof">What the answer rests on.</param>
    public sealed record Found(PciDevice Device, IdentityProof Proof) : DeviceMatch;

    /// <summary>It has not appeared, or it is gone.</summary>
    public sealed record Absent(string Message) : DeviceMatch
    {
        /// <summary>Whether a device without an interface is there that could be it: which one it is shows when it cannot merely be late any more.</summary>
        public bool MayBeHidden { get; init; }
    }

    /// <summary>Several devices could be it, and guessing is not allowed.</summary>
    public sealed record Ambiguous(string Message) : DeviceMatch;

    /// <summary>The user's address belongs to another device. Terminal until the specification changes.</summary>
    public sealed record Mismatch(string Message) : DeviceMatch;

    /// <summary>There is no device at the user's address.</summary>
    public sealed record AddressNotFound(string Message) : DeviceMatch;
}
