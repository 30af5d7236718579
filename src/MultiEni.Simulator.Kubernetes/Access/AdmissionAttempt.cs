using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A write that is about to be stored.</summary>
internal sealed record AdmissionAttempt(string Operation, ResourceDefinition Resource, string Subresource, JsonObject? Object, JsonObject? OldObject)
{
    /// <summary>Whether nothing is stored in the end.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// The kind of the object; another one than the resource's for subresources such as
    /// <c>pods/binding</c>.
    /// </summary>
    public (string Group, string Version, string Kind) Kind { get; init; } = (Resource.Group, Resource.Version, Resource.Kind);

    /// <summary>Gets what policies warn of.</summary>
    public ICollection<string> Warnings { get; init; } = [];

    /// <summary>
    /// The object's name; empty for one of a collection that is deleted, whose request names none.
    /// </summary>
    public string Name { get; init; } = (Object ?? OldObject).Text("metadata", "name") ?? "";

    /// <summary>
    /// The object's namespace. A namespace that is changed or deleted stands in itself, for its
    /// path says so.
    /// </summary>
    public string Namespace { get; init; } =
        (Object ?? OldObject).Text("metadata", Resource.GroupResource == "namespaces" && Operation != "CREATE" ? "name" : "namespace") ?? "";
}
