using System.Collections.Immutable;

namespace MultiEni.Manager.Addresses;

/// <summary>Addresses that an interface has until it is deleted.</summary>
internal sealed record AddressLease
{
    /// <summary>The sandbox.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>The interface in it.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Name of the network configuration.</summary>
    public string Network { get; init; } = "";

    /// <summary>
    /// The pod, as <c>namespace/name</c>; the sandbox's ID where the runtime named none.
    /// </summary>
    public string Pod { get; init; } = "";

    /// <summary>UID of the pod, if the runtime named it.</summary>
    public string? PodUid { get; init; }

    /// <summary>Path of the pod's network namespace.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Attachment of the ENI.</summary>
    public string Attachment { get; init; } = "";

    /// <summary>The ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>Whether the interface is the ENI's own device.</summary>
    public bool IsWholeDevice { get; init; }

    /// <summary>The addresses, without prefix length.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Which interface has it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public InterfaceId Id => new(ContainerId, Interface);
}

/// <summary>An interface of a sandbox.</summary>
/// <param name="ContainerId">The sandbox.</param>
/// <param name="Interface">The interface in it.</param>
internal readonly record struct InterfaceId(string ContainerId, string Interface);
