using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>The type of a field or of what a list or map holds.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="GoName">
/// As messages name it, such as <c>int32</c> or <c>map[string]string</c>.
/// </param>
/// <param name="Element">What a list or map holds.</param>
/// <param name="Merge">How server-side apply merges it.</param>
internal sealed record FieldType(ValueKind Kind, string GoName, FieldType? Element, ListSemantics Merge)
{
    /// <summary>The fields of an object; null for everything else.</summary>
    public ObjectType? Fields { get; set; }
}
