using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The compiled <c>openAPIV3Schema</c> of one version of a CustomResourceDefinition. Immutable; safe to share between threads.</summary>
public sealed class CustomResourceSchema
{
    private CustomResourceSchema() { }

    /// <summary>Compiles a schema and its rules once.</summary>
    /// <exception cref="CustomResourceSchemaException">It is not structural, or a rule does not compile.</exception>
    public static CustomResourceSchema Parse(JsonObject openApiV3Schema) =>
        throw new NotSupportedException();

    /// <summary>Fills in defaults, in place and at any depth, but never inside a parent that is absent.</summary>
    /// <returns><paramref name="obj"/>.</returns>
    public JsonObject ApplyDefaults(JsonObject obj) => throw new NotSupportedException();

    /// <summary>Removes the fields that the schema does not know, in place.</summary>
    /// <returns>Their paths, such as <c>spec.dpdkEnabled</c>.</returns>
    public IReadOnlyList<string> Prune(JsonObject obj) => throw new NotSupportedException();

    /// <summary>Checks values and rules. Rules that mention <c>oldSelf</c> are checked only where <paramref name="old"/> has a value to compare with.</summary>
    /// <param name="obj">The object to be stored, with defaults filled in.</param>
    /// <param name="old">The stored object on an update; null on a creation.</param>
    public IReadOnlyList<FieldError> Validate(JsonObject obj, JsonObject? old) =>
        throw new NotSupportedException();

    /// <summary>How server-side apply merges the value at <paramref name="fieldPath"/>, whose elements are field names; items of a list are one step, <c>[]</c>.</summary>
    public ListSemantics ListAt(IReadOnlyList<string> fieldPath) =>
        throw new NotSupportedException();
}
