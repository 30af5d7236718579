using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.ResourceClaims;

/// <summary>
/// Devices that a driver offers to claims, cut down to what the product writes: one slice, with all
/// devices of one node.
/// </summary>
public sealed record ResourceSlice : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The devices and where they are.</summary>
    public ResourceSliceSpec Spec { get; set; } = new();
}

/// <summary>What a slice offers.</summary>
public sealed record ResourceSliceSpec
{
    /// <summary>The driver that prepares the devices. Immutable.</summary>
    public string Driver { get; set; } = "";

    /// <summary>The pool that the slice is a part of.</summary>
    public ResourcePool Pool { get; set; } = new();

    /// <summary>The node on which the devices are. Immutable.</summary>
    public string? NodeName { get; set; }

    /// <summary>At most 128, and 64 when one of them has taints; null for none.</summary>
    public List<SliceDevice>? Devices { get; set; }
}

/// <summary>
/// Slices that belong together. A scheduler ignores a pool of which it does not see as many as
/// there are said to be.
/// </summary>
public sealed record ResourcePool
{
    /// <summary>Unique among the driver's pools. Immutable.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// Grows with each change of more than one slice; a pool of one slice keeps it.
    /// </summary>
    public long Generation { get; set; }

    /// <summary>How many slices the pool has.</summary>
    public long ResourceSliceCount { get; set; }
}

/// <summary>One device of a slice.</summary>
public sealed record SliceDevice
{
    /// <summary>A DNS label, unique in the pool.</summary>
    public string Name { get; set; } = "";

    /// <summary>At most 32, by name.</summary>
    public Dictionary<string, DeviceAttribute>? Attributes { get; set; }

    /// <summary>
    /// What keeps claims away from it, or pods off it. Servers on which they are switched off drop
    /// them without a word.
    /// </summary>
    public List<DeviceTaint>? Taints { get; set; }
}

/// <summary>A property of a device: exactly one of the fields is set.</summary>
public sealed record DeviceAttribute
{
    /// <summary>How many characters a text may have.</summary>
    public const int LongestText = 64;

    /// <summary>A text.</summary>
    public string? String { get; set; }

    /// <summary>A number.</summary>
    public long? Int { get; set; }

    /// <summary>A truth value.</summary>
    public bool? Bool { get; set; }

    /// <summary>A semantic version.</summary>
    public string? Version { get; set; }
}

/// <summary>Keeps claims that do not tolerate it from a device.</summary>
public sealed record DeviceTaint
{
    /// <summary>Effect: the device is given to no further claim.</summary>
    public const string NoSchedule = "NoSchedule";

    /// <summary>Effect: also, the pods that have the device are deleted.</summary>
    public const string NoExecute = "NoExecute";

    /// <summary>Names the taint.</summary>
    public string Key { get; set; } = "";

    /// <summary>Optional.</summary>
    public string? Value { get; set; }

    /// <summary><see cref="NoSchedule"/> or <see cref="NoExecute"/>.</summary>
    public string Effect { get; set; } = "";

    /// <summary>When it was added; filled in by the API server when absent.</summary>
    public DateTimeOffset? TimeAdded { get; set; }
}
