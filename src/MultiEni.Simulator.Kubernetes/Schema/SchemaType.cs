namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The <c>type</c> of a schema.</summary>
internal enum SchemaType
{
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}
