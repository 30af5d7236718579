using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Where a node of a schema stands.</summary>
/// <param name="Path">As messages write it.</param>
internal sealed record SchemaPlace(string Path)
{
    /// <summary>How many values of the node one object can have.</summary>
    public double Count { get; private init; } = 1;

    /// <summary>The list around it whose items the server cannot tell apart, so that there is no old value; null when there is none.</summary>
    public string? Uncorrelated { get; private init; }

    public SchemaPlace Property(string name) => this with { Path = $"{Path}.properties[{name}]" };

    public SchemaPlace Values(long? most) => this with { Path = Path + ".additionalProperties", Count = Count * (most ?? CelType.Unbounded) };

    public SchemaPlace Items(long? most, bool isCorrelated) =>
        this with
        {
            Path = Path + ".items",
            Count = Count * (most ?? CelType.Unbounded),
            Uncorrelated = isCorrelated ? Uncorrelated : Uncorrelated ?? Path,
        };
}
