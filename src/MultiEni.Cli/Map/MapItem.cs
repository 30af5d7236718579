using System.Text.Json.Serialization;
using MultiEni.Cli.Status;

namespace MultiEni.Cli.Map;

/// <summary>
/// One thing that the page draws, as it is sent to it. What an object of the cluster becomes
/// depends on that object alone, so a change is sent by itself.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MapCluster), "cluster")]
[JsonDerivedType(typeof(MapNode), "node")]
[JsonDerivedType(typeof(MapNodeEni), "nodeEni")]
[JsonDerivedType(typeof(MapEni), "eni")]
[JsonDerivedType(typeof(MapEvent), "event")]
[JsonDerivedType(typeof(MapBudget), "budget")]
[JsonDerivedType(typeof(MapNote), "note")]
internal abstract record MapItem(string Id)
{
    /// <summary>The same ID may be used by things of two kinds.</summary>
    [JsonIgnore]
    public string Key => KeyOf(this, Id);

    /// <summary>The key of the item of a kind with an ID.</summary>
    public static string Keyed<T>(string id)
        where T : MapItem => $"{Kind(typeof(T))}/{id}";

    private static string KeyOf(MapItem item, string id) => $"{Kind(item.GetType())}/{id}";

    private static string Kind(Type type) =>
        type == typeof(MapCluster) ? "cluster"
        : type == typeof(MapNode) ? "node"
        : type == typeof(MapNodeEni) ? "nodeEni"
        : type == typeof(MapEni) ? "eni"
        : type == typeof(MapEvent) ? "event"
        : type == typeof(MapBudget) ? "budget"
        : "note";
}

/// <summary>Which cluster it is.</summary>
/// <param name="Server">Address of the API server.</param>
/// <param name="Complete">Whether everything was listed once.</param>
internal sealed record MapCluster(string Server, bool Complete) : MapItem("cluster");

/// <summary>A node.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Zone">Its availability zone; null while the cloud provider has not set it.</param>
/// <param name="Type">Its instance type.</param>
/// <param name="Ready">Whether the kubelet says that it is ready.</param>
/// <param name="Cards">
/// How many ENIs each of its network cards takes; null for types that are not in the built-in table.
/// </param>
internal sealed record MapNode(string Id, string? Zone, string? Type, bool Ready, IReadOnlyList<int>? Cards) : MapItem(Id);

/// <summary>A NodeENI.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Health">Its health.</param>
/// <param name="Reason">Reason of the condition that determines the health.</param>
/// <param name="Message">Message of that condition.</param>
/// <param name="Nodes">Nodes that it selects.</param>
/// <param name="Desired">ENIs that it wants.</param>
/// <param name="Ready">ENIs that are ready.</param>
internal sealed record MapNodeEni(string Id, Health Health, string Reason, string Message, int Nodes, int Desired, int Ready) : MapItem(Id);

/// <summary>An ENI, from its ENIAttachment.</summary>
/// <param name="Id">Name of the ENIAttachment.</param>
internal sealed record MapEni(string Id) : MapItem(Id)
{
    /// <summary>Name of its NodeENI.</summary>
    public required string NodeEni { get; init; }

    /// <summary>Name of its node.</summary>
    public required string Node { get; init; }

    /// <summary>Its zone, which tells where it was once its node is gone.</summary>
    public string? Zone { get; init; }

    /// <summary>Index of its network card.</summary>
    public required int Card { get; init; }

    /// <summary>Its slot on the card: the device index.</summary>
    public required int Slot { get; init; }

    /// <summary>Its health.</summary>
    public required Health Health { get; init; }

    /// <summary>Its lifecycle state.</summary>
    public required string State { get; init; }

    /// <summary>What it waits for, as a condition reason.</summary>
    public required string Reason { get; init; }

    /// <summary>What it waits for, as a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The ENI's ID, once it is created.</summary>
    public string? EniId { get; init; }

    /// <summary>MAC address.</summary>
    public string? Mac { get; init; }

    /// <summary>Addresses and prefixes, the primary one first.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Elastic or public IP address.</summary>
    public string? PublicAddress { get; init; }

    /// <summary>Subnet.</summary>
    public required string Subnet { get; init; }

    /// <summary>Network interface on the node.</summary>
    public string? Interface { get; init; }

    /// <summary>PCI address on the node.</summary>
    public string? Pci { get; init; }

    /// <summary>Driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Resource name, while it is advertised.</summary>
    public string? Resource { get; init; }

    /// <summary>Who has it.</summary>
    public required IReadOnlyList<MapUse> Uses { get; init; }
}

/// <summary>A pod that has an ENI, or an address of it.</summary>
/// <param name="Pod">The pod, as <c>namespace/name</c>.</param>
/// <param name="Address">The address, unless it has the device.</param>
/// <param name="Claim">The claim by which it has the device.</param>
internal sealed record MapUse(string Pod, string? Address, string? Claim);

/// <summary>A Kubernetes event about a NodeENI or an ENIAttachment.</summary>
/// <param name="Id">Its UID.</param>
/// <param name="Time">When it happened last.</param>
/// <param name="Warning">Whether somebody may have to look at it.</param>
/// <param name="Reason">A CamelCase word.</param>
/// <param name="Message">A sentence.</param>
/// <param name="About">Name of the NodeENI or ENIAttachment.</param>
/// <param name="Count">How often it happened.</param>
internal sealed record MapEvent(string Id, DateTimeOffset Time, bool Warning, string Reason, string Message, string About, int Count) : MapItem(Id);

/// <summary>What the controller may spend of an EC2 API's request quota, and what it does.</summary>
/// <param name="Id">The EC2 API.</param>
/// <param name="Granted">Requests a second that it allows itself; null before the first request.</param>
/// <param name="Used">Requests a second since the last look.</param>
/// <param name="Throttled">Requests that EC2 has refused for their rate since the controller started.</param>
internal sealed record MapBudget(string Id, double? Granted, double Used, long Throttled) : MapItem(Id);

/// <summary>Why something is missing on the page.</summary>
/// <param name="Id">What is missing.</param>
/// <param name="Text">The sentence.</param>
internal sealed record MapNote(string Id, string Text) : MapItem(Id);
