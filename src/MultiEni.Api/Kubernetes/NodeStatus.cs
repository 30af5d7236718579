namespace MultiEni.Api.Kubernetes;

/// <summary>The part of a node's status that the product reads.</summary>
public sealed record NodeStatus
{
    /// <summary>Resource name to quantity, of what pods may use.</summary>
    public Dictionary<string, string>? Allocatable { get; set; }

    /// <summary>Names and addresses under which the node is reached.</summary>
    public List<NodeAddress>? Addresses { get; set; }

    /// <summary>Ready and the pressures.</summary>
    public List<Condition>? Conditions { get; set; }
}
