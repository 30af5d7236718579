using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Turns <c>openAPIV3Schema</c> into compiled nodes and gathers all that the API server would refuse in it.</summary>
internal sealed class SchemaCompiler
{
    private static readonly HashSet<string> Reasons = new(StringComparer.Ordinal)
    {
        FieldErrorReasons.Required,
        FieldErrorReasons.Forbidden,
        FieldErrorReasons.Invalid,
        FieldErrorReasons.Duplicate,
    };

    private readonly List<FieldError> errors = [];

    public static SchemaNode Compile(JsonObject schema)
    {
        var compiler = new SchemaCompiler();
        var root = compiler.Node(schema, "openAPIV3Schema", isRoot: true, isStructural: true);
        if (root.Type != SchemaType.Object)
        {
            compiler.Add("openAPIV3Schema.type", FieldErrorReasons.Invalid, "must be object at the root");
        }

        return compiler.errors.Count == 0 ? root : throw new CustomResourceSchemaException(compiler.errors);
    }

    /// <summary>Compiles one node and all below it.</summary>
    /// <param name="json">The node.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="isRoot">Whether metadata, apiVersion and kind are known here.</param>
    /// <param name="isStructural">False below allOf, anyOf, oneOf and not, which only restrict what the rest of the schema describes.</param>
    private SchemaNode Node(JsonObject json, string path, bool isRoot, bool isStructural)
    {
        RefuseUnsupported(json, path, isStructural);
        var additional = json["additionalProperties"];
        var node = new SchemaNode
        {
            Type = TypeOf(json, path, isStructural),
            Format = Text(json, "format"),
            IsNullable = Flag(json, "nullable"),
            IsIntOrString = Flag(json, "x-kubernetes-int-or-string"),
            PreservesUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields"),
            IsEmbeddedResource = Flag(json, "x-kubernetes-embedded-resource"),
            Properties = Properties(json, path, isRoot, isStructural),
            AdditionalProperties = additional is JsonObject values ? Node(values, path + ".additionalProperties", isRoot: false, isStructural) : null,
            AllowsAdditionalProperties = additional is JsonObject || (additional is JsonValue flag && flag.GetValue<bool>()),
            Items = json["items"] is JsonObject items ? Node(items, path + ".items", isRoot: false, isStructural) : null,
            Default = json["default"]?.DeepClone(),
            Required = Texts(json, "required"),
            Enum = json["enum"] is JsonArray allowed ? [.. allowed] : null,
            Minimum = Number(json, "minimum"),
            ExclusiveMinimum = Flag(json, "exclusiveMinimum"),
            Maximum = Number(json, "maximum"),
            ExclusiveMaximum = Flag(json, "exclusiveMaximum"),
            MultipleOf = Number(json, "multipleOf"),
            MinLength = Number(json, "minLength")?.Integer,
            MaxLength = Number(json, "maxLength")?.Integer,
            MinItems = Number(json, "minItems")?.Integer,
            MaxItems = Number(json, "maxItems")?.Integer,
            MinProperties = Number(json, "minProperties")?.Integer,
            MaxProperties = Number(json, "maxProperties")?.Integer,
            Pattern = Text(json, "pattern"),
            PatternExpression = Pattern(json, path),
            AllOf = Junctors(json, "allOf", path),
            AnyOf = Junctors(json, "anyOf", path),
            OneOf = Junctors(json, "oneOf", path),
            Not = json["not"] is JsonObject not ? Node(not, path + ".not", isRoot: false, isStructural: false) : null,
            ListType = ListTypeOf(json, path),
            MapKeys = Texts(json, "x-kubernetes-list-map-keys"),
            IsAtomicMap = Text(json, "x-kubernetes-map-type") == "atomic",
        };
        CheckMapKeys(node, path);
        node.Rules = Rules(json, node, path);
        node.HasRules = node.Rules.Length > 0 || AnyChild(node, static child => child.HasRules);
        node.HasDefaults = AnyChild(node, static child => child.Default is not null || child.HasDefaults);
        return node;
    }

    private static bool AnyChild(SchemaNode node, Func<SchemaNode, bool> condition) =>
        node.Properties.Values.Any(condition)
        || (node.Items is not null && condition(node.Items))
        || (node.AdditionalProperties is not null && condition(node.AdditionalProperties))
        || node.AllOf.Any(condition);

    private void RefuseUnsupported(JsonObject json, string path, bool isStructural)
    {
        foreach (
            var word in (ReadOnlySpan<string>)
                ["$ref", "definitions", "dependencies", "deprecated", "discriminator", "id", "patternProperties", "readOnly", "writeOnly", "xml"]
        )
        {
            if (json.ContainsKey(word))
            {
                Add($"{path}.{word}", FieldErrorReasons.Forbidden, "Forbidden: not supported in a structural schema");
            }
        }

        if (json["uniqueItems"] is JsonValue unique && unique.GetValue<bool>())
        {
            Add(
                $"{path}.uniqueItems",
                FieldErrorReasons.Forbidden,
                "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            );
        }

        if (json.ContainsKey("properties") && json["additionalProperties"] is not null)
        {
            Add($"{path}.additionalProperties", FieldErrorReasons.Forbidden, "Forbidden: additionalProperties and properties are mutual exclusive");
        }

        if (!isStructural && json.ContainsKey("default"))
        {
            Add($"{path}.default", FieldErrorReasons.Forbidden, "Forbidden: must be undefined to be structural");
        }
    }

    private SchemaType TypeOf(JsonObject json, string path, bool isStructural)
    {
        switch (Text(json, "type"))
        {
            case "object":
                return SchemaType.Object;
            case "array":
                if (isStructural && json["items"] is not JsonObject)
                {
                    Add($"{path}.items", FieldErrorReasons.Required, "Required value: must be specified");
                }

                return SchemaType.Array;
            case "string":
                return SchemaType.String;
            case "integer":
                return SchemaType.Integer;
            case "number":
                return SchemaType.Number;
            case "boolean":
                return SchemaType.Boolean;
            case null:
                if (isStructural && !Flag(json, "x-kubernetes-int-or-string") && !Flag(json, "x-kubernetes-preserve-unknown-fields"))
                {
                    Add($"{path}.type", FieldErrorReasons.Required, "Required value: must not be empty for specified object fields");
                }

                return SchemaType.Any;
            case var other:
                Add(
                    $"{path}.type",
                    FieldErrorReasons.NotSupported,
                    $"Unsupported value: {GoText.Quote(other)}: supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\""
                );
                return SchemaType.Any;
        }
    }

    private IReadOnlyDictionary<string, SchemaNode> Properties(JsonObject json, string path, bool isRoot, bool isStructural)
    {
        var properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (json["properties"] is JsonObject given)
        {
            foreach (var (name, value) in given)
            {
                if (value is JsonObject schema)
                {
                    properties[name] = Node(schema, $"{path}.properties[{name}]", isRoot: false, isStructural);
                }
            }
        }

        if (isRoot)
        {
            // Rules at the root see these whether the schema mentions them or not.
            properties.TryAdd("apiVersion", new SchemaNode { Type = SchemaType.String });
            properties.TryAdd("kind", new SchemaNode { Type = SchemaType.String });
            properties["metadata"] = new SchemaNode
            {
                Type = SchemaType.Object,
                Properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal)
                {
                    ["name"] = new() { Type = SchemaType.String },
                    ["generateName"] = new() { Type = SchemaType.String },
                },
            };
        }

        return properties.Count == 0 ? SchemaNode.NoProperties : properties;
    }

    private SchemaNode[] Junctors(JsonObject json, string word, string path)
    {
        if (json[word] is not JsonArray parts)
        {
            return [];
        }

        var nodes = new List<SchemaNode>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is JsonObject part)
            {
                nodes.Add(Node(part, $"{path}.{word}[{i}]", isRoot: false, isStructural: false));
            }
        }

        return [.. nodes];
    }

    private System.Text.RegularExpressions.Regex? Pattern(JsonObject json, string path)
    {
        if (Text(json, "pattern") is not { } pattern)
        {
            return null;
        }

        try
        {
            return Re2Pattern.Compile(pattern);
        }
        catch (ArgumentException e)
        {
            Add(
                $"{path}.pattern",
                FieldErrorReasons.Invalid,
                $"Invalid value: {GoText.Quote(pattern)}: must be a valid regular expression, but isn't: {e.Message}"
            );
            return null;
        }
    }

    private ListType? ListTypeOf(JsonObject json, string path)
    {
        switch (Text(json, "x-kubernetes-list-type"))
        {
            case null:
                return null;
            case "atomic":
                return ListType.Atomic;
            case "set":
                return ListType.Set;
            case "map":
                return ListType.Map;
            case var other:
                Add(
                    $"{path}.x-kubernetes-list-type",
                    FieldErrorReasons.NotSupported,
                    $"Unsupported value: {GoText.Quote(other)}: supported values: \"atomic\", \"map\", \"set\""
                );
                return null;
        }
    }

    private void CheckMapKeys(SchemaNode node, string path)
    {
        if (node.ListType != ListType.Map)
        {
            return;
        }

        if (node.MapKeys.Length == 0)
        {
            Add(
                $"{path}.x-kubernetes-list-map-keys",
                FieldErrorReasons.Required,
                "Required value: must not be empty if x-kubernetes-list-type is map"
            );
        }

        foreach (var key in node.MapKeys)
        {
            if (node.Items is not { } items || !items.Properties.TryGetValue(key, out var property))
            {
                Add(
                    $"{path}.x-kubernetes-list-map-keys",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: {GoText.Quote(key)}: entries must all be names of item properties"
                );
            }
            else if (!items.Required.Contains(key, StringComparer.Ordinal) && property.Default is null)
            {
                Add(
                    $"{path}.items.properties[{key}].default",
                    FieldErrorReasons.Required,
                    "Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                );
            }
        }
    }

    private SchemaRule[] Rules(JsonObject json, SchemaNode node, string path)
    {
        if (json["x-kubernetes-validations"] is not JsonArray given)
        {
            return [];
        }

        var rules = new List<SchemaRule>(given.Count);
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i] is JsonObject rule && Rule(rule, node, $"{path}.x-kubernetes-validations[{i}]") is { } compiled)
            {
                rules.Add(compiled);
            }
        }

        return [.. rules];
    }

    private SchemaRule? Rule(JsonObject rule, SchemaNode node, string path)
    {
        var source = Text(rule, "rule");
        if (string.IsNullOrWhiteSpace(source))
        {
            Add($"{path}.rule", FieldErrorReasons.Required, "Required value: rule is not specified");
            return null;
        }

        var reason = Text(rule, "reason") ?? FieldErrorReasons.Invalid;
        if (!Reasons.Contains(reason))
        {
            Add(
                $"{path}.reason",
                FieldErrorReasons.NotSupported,
                $"Unsupported value: {GoText.Quote(reason)}: supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\""
            );
        }

        var message = Text(rule, "message")?.Trim();
        if (message is not null && message.Contains('\n', StringComparison.Ordinal))
        {
            Add($"{path}.message", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(message)}: message must not contain line breaks");
        }

        var optionalOldSelf = Flag(rule, "optionalOldSelf");
        if (Program(source, node, CelKind.Bool, optionalOldSelf, $"{path}.rule") is not { } program)
        {
            return null;
        }

        return new SchemaRule
        {
            Source = source,
            Program = program,
            MessageExpression = Text(rule, "messageExpression") is { } expression
                ? Program(expression, node, CelKind.String, optionalOldSelf, $"{path}.messageExpression")
                : null,
            Message = string.IsNullOrEmpty(message) ? null : message,
            Reason = reason,
            FieldPath = FieldPathOf(rule, node, path),
            OptionalOldSelf = optionalOldSelf,
        };
    }

    private CelProgram? Program(string source, SchemaNode node, CelKind result, bool optionalOldSelf, string path)
    {
        try
        {
            return CelProgram.Compile(source, node, result, optionalOldSelf);
        }
        catch (CelSyntaxException e)
        {
            Add(path, FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(source)}: compilation failed: {e.Message}");
            return null;
        }
    }

    private string? FieldPathOf(JsonObject rule, SchemaNode node, string path)
    {
        if (Text(rule, "fieldPath") is not { } fieldPath)
        {
            return null;
        }

        if (RuleFieldPath.Normalize(fieldPath, node) is { } normalized)
        {
            return normalized;
        }

        Add(
            $"{path}.fieldPath",
            FieldErrorReasons.Invalid,
            $"Invalid value: {GoText.Quote(fieldPath)}: fieldPath must be a valid path: does not refer to a valid field"
        );
        return null;
    }

    private void Add(string path, string reason, string message) => errors.Add(new FieldError(path, reason, message));

    private static string? Text(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool Flag(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static JsonNumber? Number(JsonObject json, string name) => json[name] is JsonValue value ? JsonNumber.Read(value) : null;

    private static string[] Texts(JsonObject json, string name) =>
        json[name] is JsonArray array ? [.. array.Select(static item => item!.GetValue<string>())] : [];
}
