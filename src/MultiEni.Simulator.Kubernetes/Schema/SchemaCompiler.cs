using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Turns <c>openAPIV3Schema</c> into compiled nodes and gathers what the API server would refuse in it.</summary>
internal sealed class SchemaCompiler
{
    // The server keeps the schema of a definition's only version in a place of its own, and its messages say so.
    private const string Root = "spec.validation.openAPIV3Schema";

    private readonly List<FieldError> errors = [];
    private readonly RuleCompiler rules;

    private SchemaCompiler() => rules = new RuleCompiler(errors);

    public static SchemaNode Compile(JsonObject schema)
    {
        var compiler = new SchemaCompiler();
        var root = compiler.Node(schema, new SchemaPlace(Root), isRoot: true);
        return compiler.errors.Count == 0 ? root : throw new CustomResourceSchemaException(compiler.errors);
    }

    private SchemaNode Node(JsonObject json, SchemaPlace place, bool isRoot)
    {
        SchemaKeywords.Check(json, isRoot);
        Refuse(json, place.Path);
        var listType = json.Text("x-kubernetes-list-type") switch
        {
            "set" => ListType.Set,
            "map" => ListType.Map,
            "atomic" => ListType.Atomic,
            _ => (ListType?)null,
        };
        var node = new SchemaNode
        {
            Type = TypeOf(json, place.Path),
            Format = json.Text("format"),
            IsNullable = json.Flag("nullable"),
            IsIntOrString = json.Flag("x-kubernetes-int-or-string"),
            PreservesUnknownFields = json.Flag("x-kubernetes-preserve-unknown-fields"),
            IsEmbeddedResource = json.Flag("x-kubernetes-embedded-resource"),
            Properties = Properties(json, place, isRoot),
            AdditionalProperties = json["additionalProperties"] is JsonObject values
                ? Node(values, place.Values(json.Integer("maxProperties")), isRoot: false)
                : null,
            Items = json["items"] is JsonObject items
                ? Node(items, place.Items(json.Integer("maxItems"), items.Text("type"), isCorrelated: listType == ListType.Map), isRoot: false)
                : null,
            Default = json["default"]?.DeepClone(),
            Required = json.Texts("required").ToArray(),
            Enum = json["enum"] is JsonArray allowed ? [.. allowed] : null,
            Minimum = Number(json, "minimum"),
            ExclusiveMinimum = json.Flag("exclusiveMinimum"),
            Maximum = Number(json, "maximum"),
            ExclusiveMaximum = json.Flag("exclusiveMaximum"),
            MultipleOf = Number(json, "multipleOf"),
            MinLength = json.Integer("minLength"),
            MaxLength = json.Integer("maxLength"),
            MinItems = json.Integer("minItems"),
            MaxItems = json.Integer("maxItems"),
            MinProperties = json.Integer("minProperties"),
            MaxProperties = json.Integer("maxProperties"),
            Pattern = json.Text("pattern"),
            PatternExpression = json.Text("pattern") is { } pattern ? Re2Pattern.Compile(pattern) : null,
            ListType = listType,
            MapKeys = json.Texts("x-kubernetes-list-map-keys").ToArray(),
            IsAtomicMap = json.Text("x-kubernetes-map-type") == "atomic",
        };
        CheckMapKeys(node, place.Path);
        node.Rules = rules.Compile(json, node, place);
        node.HasRules = node.Rules.Length > 0 || AnyChild(node, static child => child.HasRules);
        node.HasDefaults = AnyChild(node, static child => child.Default is not null || child.HasDefaults);
        CheckDefault(node, place.Path);
        return node;
    }

    private static bool AnyChild(SchemaNode node, Func<SchemaNode, bool> condition) =>
        node.Properties.Values.Any(condition)
        || (node.Items is not null && condition(node.Items))
        || (node.AdditionalProperties is not null && condition(node.AdditionalProperties));

    private void Refuse(JsonObject json, string path)
    {
        if (json.ContainsKey("$ref"))
        {
            Add($"{path}.$ref", FieldErrorReasons.Forbidden, "Forbidden: $ref is not supported");
        }

        if (json.Flag("uniqueItems"))
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
    }

    private SchemaType TypeOf(JsonObject json, string path)
    {
        switch (json.Text("type"))
        {
            case "object":
                return SchemaType.Object;
            case "array":
                if (json["items"] is not JsonObject)
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
                if (!json.Flag("x-kubernetes-int-or-string") && !json.Flag("x-kubernetes-preserve-unknown-fields"))
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

    private Dictionary<string, SchemaNode> Properties(JsonObject json, SchemaPlace place, bool isRoot)
    {
        var properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var (name, value) in json["properties"] as JsonObject ?? [])
        {
            if (value is JsonObject schema)
            {
                properties[name] = Node(schema, place.Property(name), isRoot: false);
            }
        }

        if (isRoot || json.Flag("x-kubernetes-embedded-resource"))
        {
            CheckMetadata(json, place.Path, isRoot);
            var text = new SchemaNode { Type = SchemaType.String };
            // Rules see these whether the schema mentions them or not.
            properties.TryAdd("apiVersion", text);
            properties.TryAdd("kind", text);
            properties["metadata"] = new SchemaNode
            {
                Type = SchemaType.Object,
                Properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal) { ["name"] = text, ["generateName"] = text },
            };
        }

        return properties;
    }

    private void CheckMetadata(JsonObject json, string path, bool isRoot)
    {
        if (json["properties"]?["metadata"] is not JsonObject metadata)
        {
            return;
        }

        var inner = metadata["properties"] as JsonObject ?? [];
        if (inner.All(static field => field.Key is "name" or "generateName"))
        {
            if (inner.Count > 0 || !isRoot)
            {
                throw new NotSimulatedException("a schema of metadata");
            }
        }
        else
        {
            Add(
                $"{path}.properties[metadata]",
                FieldErrorReasons.Forbidden,
                "Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified"
            );
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

    private void CheckDefault(SchemaNode node, string path)
    {
        if (node.Default is null || errors.Count > 0)
        {
            return;
        }

        var value = node.Default.DeepClone();
        Defaulting.Apply(value, node);
        var found = ValueValidation.Check(value, old: null, node);
        found.AddRange(RuleValidation.Check(value, old: null, node).Errors);
        foreach (var error in found)
        {
            if (error.Path != FieldPath.Root)
            {
                throw new NotSimulatedException("a default that is wrong within");
            }

            Add($"{path}.default", error.Reason, error.Message);
        }
    }

    private void Add(string path, string reason, string message) => errors.Add(new FieldError(path, reason, message));

    private static JsonNumber? Number(JsonObject json, string name) => json[name] is JsonValue value ? JsonNumber.Read(value) : null;
}
