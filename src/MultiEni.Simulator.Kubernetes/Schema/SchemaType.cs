namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The <c>type</c> of a schema.</summary>
internal enum SchemaType
{
    /// <summary>Left open, which needs <c>x-kubernetes-int-or-string</c> or <c>x-kubernetes-preserve-unknown-fields</c>.</summary>
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}
