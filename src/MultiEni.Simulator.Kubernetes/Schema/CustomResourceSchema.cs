using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The compiled <c>openAPIV3Schema</c> of one version of a CustomResourceDefinition. Immutable; safe to share between threads.</summary>
public sealed class CustomResourceSchema
{
    private readonly SchemaNode root;

    private CustomResourceSchema(SchemaNode root) => this.root = root;

    internal SchemaNode Root => root;

    /// <summary>Compiles a schema and its rules once.</summary>
    /// <exception cref="CustomResourceSchemaException">It is not structural, or a rule does not compile.</exception>
    public static CustomResourceSchema Parse(JsonObject openApiV3Schema) => new(SchemaCompiler.Compile(openApiV3Schema));

    /// <summary>Fills in defaults, in place and at any depth, but never inside a parent that is absent. Nulls that the schema does not allow go away.</summary>
    /// <returns><paramref name="obj"/>.</returns>
    public JsonObject ApplyDefaults(JsonObject obj)
    {
        Defaulting.Apply(obj, root);
        return obj;
    }

    /// <summary>Removes the fields that the schema does not know, in place.</summary>
    /// <returns>Their paths, such as <c>spec.dpdkEnabled</c>.</returns>
    public IReadOnlyList<string> Prune(JsonObject obj) => Pruning.Apply(obj, root);

    /// <summary>Checks values and rules, in the order and with the words of the API server.</summary>
    /// <remarks>Rules wait until types, required fields, lengths and enumerations are right: a rule may rely on them.</remarks>
    /// <param name="obj">The object to be stored, with defaults filled in.</param>
    /// <param name="old">The stored object on an update; null on a creation.</param>
    public IReadOnlyList<FieldError> Validate(JsonObject obj, JsonObject? old)
    {
        var errors = ValueValidation.Check(obj, old, root);
        if (old is null || MapLists.FindDuplicates(old, root).Count == 0)
        {
            errors.AddRange(MapLists.FindDuplicates(obj, root));
        }

        if (!root.HasRules)
        {
            return errors;
        }

        foreach (var error in errors)
        {
            if (IsInTheWayOfRules(error.Reason))
            {
                errors.Add(
                    new FieldError(
                        FieldPath.Root,
                        FieldErrorReasons.Invalid,
                        "Invalid value: \"null\": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
                    )
                );
                return errors;
            }
        }

        errors.AddRange(RuleValidation.Check(obj, old, root));
        return errors;
    }

    /// <summary>How server-side apply merges the value at <paramref name="fieldPath"/>, whose elements are field names; items of a list are one step, <c>[]</c>.</summary>
    public ListSemantics ListAt(IReadOnlyList<string> fieldPath) => MergeSemantics.At(root, fieldPath);

    private static bool IsInTheWayOfRules(string reason) =>
        reason
            is FieldErrorReasons.NotSupported
                or FieldErrorReasons.Required
                or FieldErrorReasons.TooLong
                or FieldErrorReasons.TooMany
                or FieldErrorReasons.TypeInvalid;
}
