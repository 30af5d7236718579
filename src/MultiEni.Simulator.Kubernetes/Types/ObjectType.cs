using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>The fields of a built-in object.</summary>
internal sealed class ObjectType(string name, bool isAtomic, bool isPartial)
{
    /// <summary>As messages name it, such as <c>PodSpec</c>.</summary>
    public string Name => name;

    /// <summary>Whether server-side apply takes it as one value.</summary>
    public bool IsAtomic => isAtomic;

    /// <summary>Whether a real server knows more fields.</summary>
    public bool IsPartial => isPartial;

    /// <summary>In the order in which they are written.</summary>
    public List<Field> Fields { get; } = [];

    public Field? Find(string field) => Fields.Find(candidate => candidate.Name == field);

    /// <summary>A field of a type.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="IsAlwaysWritten">Whether it is written when empty.</param>
    /// <param name="IsPointer">Whether an empty value is not the same as none.</param>
    /// <param name="Default">Its value when there is none, or null.</param>
    internal sealed record Field(string Name, FieldType Type, bool IsAlwaysWritten, bool IsPointer, JsonNode? Default);
}
