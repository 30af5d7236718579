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

    /// <summary>How many items a list of no given length can have in one request, written as short as can be.</summary>
    public static long MostItems(string? type) => CelType.Unbounded / (type is "integer" or "number" ? 2 : 3);

    /// <summary>How many entries a map of no given size can have.</summary>
    public static long MostEntries => CelType.Unbounded / 5;

    public SchemaPlace Values(long? most) => this with { Path = Path + ".additionalProperties", Count = Count * (most ?? MostEntries) };

    public SchemaPlace Items(long? most, string? type, bool isCorrelated) =>
        this with
        {
            Path = Path + ".items",
            Count = Count * (most ?? MostItems(type)),
            Uncorrelated = isCorrelated ? Uncorrelated : Uncorrelated ?? Path,
        };
}
