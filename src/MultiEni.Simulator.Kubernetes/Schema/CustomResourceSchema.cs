using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// The compiled <c>openAPIV3Schema</c> of one version of a CustomResourceDefinition. Immutable;
/// safe to share between threads.
/// </summary>
public sealed class CustomResourceSchema
{
    private CustomResourceSchema(SchemaNode root) => Root = root;

    internal SchemaNode Root { get; }

    /// <summary>Compiles a schema and its rules once.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or says more than is understood here.
    /// </exception>
    public static CustomResourceSchema Parse(JsonObject openApiV3Schema) => new(SchemaCompiler.Compile(openApiV3Schema));

    /// <summary>
    /// Fills in defaults, in place and at any depth, but never inside a parent that is absent.
    /// Nulls that the schema does not allow go away.
    /// </summary>
    /// <returns><paramref name="obj"/>.</returns>
    public JsonObject ApplyDefaults(JsonObject obj)
    {
        Defaulting.Apply(obj, Root);
        return obj;
    }

    /// <summary>Removes the fields that the schema does not know, in place.</summary>
    /// <returns>Their paths, such as <c>spec.dpdkEnabled</c>.</returns>
    public IReadOnlyList<string> Prune(JsonObject obj) => Pruning.Apply(obj, Root);

    /// <summary>
    /// Checks values and rules, in the order and with the words of the API server.
    /// </summary>
    /// <param name="obj">The object to be stored, with defaults filled in.</param>
    /// <param name="old">The stored object on an update; null on a creation.</param>
    /// <returns>What is wrong.</returns>
    public IReadOnlyList<FieldError> Validate(JsonObject obj, JsonObject? old)
    {
        var errors = new List<FieldError>();
        Validate(obj, old, errors);
        return errors;
    }

    /// <summary>
    /// Checks values and rules beside what was found before in the metadata, and adds what is
    /// found.
    /// </summary>
    /// <remarks>
    /// Rules wait until types, required fields, lengths and enumerations are right: a rule may rely
    /// on them.
    /// </remarks>
    /// <returns>
    /// Rules that the object breaks as the stored one did, which is only worth a warning.
    /// </returns>
    internal IReadOnlyList<string> Validate(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        errors.AddRange(ValueValidation.Check(obj, old, Root));
        if (old is null || MapLists.FindDuplicates(old, Root).Count == 0)
        {
            errors.AddRange(MapLists.FindDuplicates(obj, Root));
        }

        if (!Root.HasRules)
        {
            return [];
        }

        if (errors.Exists(static error => IsInTheWayOfRules(error.Reason)))
        {
            errors.Add(
                new FieldError(
                    FieldPath.Root,
                    FieldErrorReasons.Invalid,
                    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
                )
            );
            return [];
        }

        var found = RuleValidation.Check(obj, old, Root);
        errors.AddRange(found.Errors);
        return found.Warnings;
    }

    /// <summary>Whether a field selector can name a field, such as <c>.spec.nodeName</c>.</summary>
    internal bool IsSelectable(string path)
    {
        SchemaNode? node = Root;
        foreach (var step in path.Split('.').Skip(1))
        {
            node = node?.Properties.GetValueOrDefault(step);
        }

        return node?.Type is SchemaType.String or SchemaType.Boolean or SchemaType.Integer;
    }

    private static bool IsInTheWayOfRules(string reason) =>
        reason
            is FieldErrorReasons.NotSupported
                or FieldErrorReasons.Required
                or FieldErrorReasons.TooLong
                or FieldErrorReasons.TooMany
                or FieldErrorReasons.TypeInvalid;
}
