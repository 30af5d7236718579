using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// How server-side apply merges the value at a field: as one piece, or part by part. Applies to
/// lists and to maps.
/// </summary>
internal abstract record ListSemantics
{
    private ListSemantics() { }

    /// <summary>
    /// One value with one owner: a scalar, or a list or map that is replaced as a whole.
    /// </summary>
    public sealed record Atomic : ListSemantics;

    /// <summary>A list of scalars, each of which is owned on its own.</summary>
    public sealed record Set : ListSemantics;

    /// <summary>
    /// A list of objects, told apart by the values of <paramref name="Keys"/>; each field of each
    /// is owned on its own.
    /// </summary>
    /// <param name="Keys">Names of the fields that together identify an entry.</param>
    public sealed record Map(IReadOnlyList<string> Keys) : ListSemantics
    {
        /// <summary>
        /// What an entry has for a key that it leaves out; null where it must have it.
        /// </summary>
        public Func<string, JsonNode?>? DefaultOf { get; init; }
    }

    /// <summary>An object or map, each field of which is owned on its own.</summary>
    public sealed record Granular : ListSemantics;
}
