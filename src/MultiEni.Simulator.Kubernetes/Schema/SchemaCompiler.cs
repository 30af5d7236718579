using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Turns <c>openAPIV3Schema</c> into compiled nodes. What is wrong in it, and what it says more
/// than is understood, is refused as not simulated: docs/not-simulated.md says what, and why.
/// </summary>
internal sealed class SchemaCompiler
{
    // What one run of a rule may cost on a server, and all that an object needs:
    // https://pkg.go.dev/k8s.io/apiserver/pkg/apis/cel#pkg-constants. What a server allows a
    // definition to be estimated at is ten times as much.
    private const double CallLimit = 1_000_000;
    private const double ObjectLimit = 10_000_000;

    private static readonly Dictionary<string, JsonValueKind> Keywords = new(StringComparer.Ordinal)
    {
        ["additionalProperties"] = JsonValueKind.Object,
        ["default"] = JsonValueKind.Undefined,
        ["description"] = JsonValueKind.String,
        ["enum"] = JsonValueKind.Array,
        ["format"] = JsonValueKind.String,
        ["items"] = JsonValueKind.Object,
        ["maxItems"] = JsonValueKind.Number,
        ["maxLength"] = JsonValueKind.Number,
        ["maxProperties"] = JsonValueKind.Number,
        ["maximum"] = JsonValueKind.Number,
        ["minLength"] = JsonValueKind.Number,
        ["minimum"] = JsonValueKind.Number,
        ["pattern"] = JsonValueKind.String,
        ["properties"] = JsonValueKind.Object,
        ["required"] = JsonValueKind.Array,
        ["title"] = JsonValueKind.String,
        ["type"] = JsonValueKind.String,
        ["x-kubernetes-list-map-keys"] = JsonValueKind.Array,
        ["x-kubernetes-list-type"] = JsonValueKind.String,
        ["x-kubernetes-preserve-unknown-fields"] = JsonValueKind.True,
        ["x-kubernetes-validations"] = JsonValueKind.Array,
    };

    private double _cost;

    private SchemaCompiler() { }

    /// <summary>Compiles a schema and its rules.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or says more than is understood here.
    /// </exception>
    public static SchemaNode Compile(JsonObject schema) => new SchemaCompiler().Node(schema, count: 1, isCorrelated: true, isRoot: true);

    /// <summary>
    /// How many items a list of no given length can have in one request, written as short as can
    /// be.
    /// </summary>
    public static long MostItems(SchemaType type) => CelType.Unbounded / (type is SchemaType.Integer or SchemaType.Number ? 2 : 3);

    /// <summary>How many entries a map of no given size can have.</summary>
    public static long MostEntries => CelType.Unbounded / 5;

    // A node of which one object can have so many values, and of which the server can tell which
    // old value belongs to which, or not.
    private SchemaNode Node(JsonObject json, double count, bool isCorrelated, bool isRoot = false)
    {
        foreach (var (keyword, value) in json)
        {
            NotSimulatedException.ThrowUnless(Keywords.TryGetValue(keyword, out var kind), $"the schema keyword {keyword}");
            NotSimulatedException.ThrowUnless(
                kind == JsonValueKind.Undefined || value?.GetValueKind() == kind,
                $"a schema whose {keyword} is of another type"
            );
        }

        NotSimulatedException.ThrowUnless(
            !isRoot || (json.Text("type") == "object" && !json.ContainsKey("default")),
            "a schema whose root is no plain object"
        );
        NotSimulatedException.ThrowUnless(
            json["properties"] is null || json["additionalProperties"] is null,
            "properties beside additionalProperties"
        );
        var type = TypeOf(json);
        var listType = ListTypeOf(json, type);
        var items = json["items"] as JsonObject;
        NotSimulatedException.ThrowUnless((type == SchemaType.Array) == (items is not null), "a list without items, or items of something else");
        NotSimulatedException.ThrowUnless(
            type == SchemaType.Object || !json.ContainsKey("x-kubernetes-preserve-unknown-fields"),
            "x-kubernetes-preserve-unknown-fields on something else than an object"
        );
        var node = new SchemaNode
        {
            Type = type,
            Format = json.Text("format"),
            PreservesUnknownFields = json.Flag("x-kubernetes-preserve-unknown-fields"),
            Properties = Properties(json, count, isCorrelated, isRoot),
            AdditionalProperties = json["additionalProperties"] is JsonObject values
                ? Node(values, count * (json.Integer("maxProperties") ?? MostEntries), isCorrelated)
                : null,
            Items = items is null
                ? null
                : Node(items, count * (json.Integer("maxItems") ?? MostItems(TypeOf(items))), isCorrelated && listType == ListType.Map),
            Default = json["default"]?.DeepClone(),
            Required = [.. json.Texts("required")],
            Enum = json["enum"] is JsonArray allowed ? [.. allowed] : null,
            Minimum = Number(json, "minimum"),
            Maximum = Number(json, "maximum"),
            MinLength = json.Integer("minLength"),
            MaxLength = json.Integer("maxLength"),
            MaxItems = json.Integer("maxItems"),
            MaxProperties = json.Integer("maxProperties"),
            Pattern = json.Text("pattern"),
            PatternExpression = json.Text("pattern") is { } pattern ? Re2Pattern.Compile(pattern) : null,
            ListType = listType,
            MapKeys = [.. json.Texts("x-kubernetes-list-map-keys")],
        };
        NotSimulatedException.ThrowUnless(listType != ListType.Map || HasKeys(node), "a list of type map without required texts as keys");
        node.Rules = [.. json.Objects("x-kubernetes-validations").Select(rule => Rule(rule, node, count, isCorrelated))];
        node.HasRules = node.Rules.Length > 0 || node.AnyChild(static child => child.HasRules);
        node.HasDefaults = node.AnyChild(static child => child.Default is not null || child.HasDefaults);
        CheckDefault(node);
        return node;
    }

    private static SchemaType TypeOf(JsonObject json)
    {
        var (type, format) = (json.Text("type"), json.Text("format"));
        NotSimulatedException.ThrowUnless(
            format is null || (type, format) is ("integer", "int32" or "int64") or ("string", "date-time"),
            $"the schema format {format} of a {type}"
        );
        return type switch
        {
            "object" => SchemaType.Object,
            "array" => SchemaType.Array,
            "string" => SchemaType.String,
            "integer" => SchemaType.Integer,
            "number" => SchemaType.Number,
            "boolean" => SchemaType.Boolean,
            _ => throw new NotSimulatedException($"the schema type {type ?? "that is missing"}"),
        };
    }

    private static ListType ListTypeOf(JsonObject json, SchemaType type)
    {
        var listType = json.Text("x-kubernetes-list-type");
        NotSimulatedException.ThrowUnless(listType is null || type == SchemaType.Array, "x-kubernetes-list-type on something else than an array");
        return listType switch
        {
            null or "atomic" => ListType.Atomic,
            "map" => ListType.Map,
            "set" when (json["items"] as JsonObject).Text("type") is "string" or "integer" or "number" or "boolean" => ListType.Set,
            _ => throw new NotSimulatedException("another list than of type atomic or map, or a set of scalars"),
        };
    }

    private static bool HasKeys(SchemaNode list) =>
        list is { Items: { Type: SchemaType.Object } items, MapKeys.Length: > 0 }
        && list.MapKeys.Distinct(StringComparer.Ordinal).Count() == list.MapKeys.Length
        && list.MapKeys.All(key =>
            items.Required.Contains(key, StringComparer.Ordinal) && items.Properties.GetValueOrDefault(key)?.Type == SchemaType.String
        );

    private Dictionary<string, SchemaNode> Properties(JsonObject json, double count, bool isCorrelated, bool isRoot)
    {
        var properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var (name, value) in json["properties"] as JsonObject ?? [])
        {
            properties[name] = Node(
                value as JsonObject ?? throw new NotSimulatedException($"a schema of {name} that is no object"),
                count,
                isCorrelated
            );
        }

        if (isRoot)
        {
            NotSimulatedException.ThrowUnless(json["properties"]?["metadata"]?["properties"] is null, "a schema of metadata");
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

    // Costs are an upper bound: what is within the limits here is so on a server, and the rest is
    // not judged.
    private SchemaRule Rule(JsonObject rule, SchemaNode node, double count, bool isCorrelated)
    {
        NotSimulatedException.ThrowUnless(rule.All(static field => field.Key is "rule" or "message"), "other fields of a rule than rule and message");
        var source = rule.Text("rule") ?? "";
        var message = rule.Text("message")?.Trim();
        NotSimulatedException.ThrowUnless(
            !string.IsNullOrWhiteSpace(source) && (message ?? source) is { Length: > 0 } words && !words.Contains('\n', StringComparison.Ordinal),
            "a rule without expression, or a message that is not one line"
        );
        var type = node.CelType ?? throw new NotSimulatedException("rules of values whose type expressions cannot have");
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal) { [SchemaTypes.Self] = type, [SchemaTypes.OldSelf] = type };
        var compiled = new SchemaRule(source, CelProgram.Compile(source, variables, CelKind.Bool), message);
        NotSimulatedException.ThrowUnless(isCorrelated || !compiled.UsesOldSelf, "oldSelf in a list whose items the server cannot tell apart");
        _cost += compiled.Program.Cost * count;
        NotSimulatedException.ThrowUnless(
            compiled.Program.Cost <= CallLimit && _cost <= ObjectLimit,
            $"an estimate of what the CEL expression {GoText.Quote(source)} costs: give the lists, maps and texts that it reads a maxItems, maxProperties or maxLength"
        );
        return compiled;
    }

    private static void CheckDefault(SchemaNode node)
    {
        if (node.Default is not null)
        {
            var value = node.Default.DeepClone();
            Defaulting.Apply(value, node);
            NotSimulatedException.ThrowUnless(
                ValueValidation.Check(value, old: null, node).Count == 0 && RuleValidation.Check(value, old: null, node).Errors.Count == 0,
                "a default that its own schema refuses"
            );
        }
    }

    private static JsonNumber? Number(JsonObject json, string name) => json[name] is JsonValue value ? JsonNumber.Read(value) : null;
}
