using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>The part of a bookmark's object that means something; the rest is an empty shell of the watched kind.</summary>
public sealed record BookmarkObject
{
    /// <summary>Carries the resourceVersion.</summary>
    public ObjectMeta Metadata { get; set; } = new();
}
