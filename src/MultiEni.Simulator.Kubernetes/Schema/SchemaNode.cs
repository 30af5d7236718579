using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>One compiled node of a structural schema.</summary>
internal sealed class SchemaNode
{
    public static readonly IReadOnlyDictionary<string, SchemaNode> NoProperties = new Dictionary<string, SchemaNode>();

    public SchemaType Type { get; init; }

    public string? Format { get; init; }

    public bool PreservesUnknownFields { get; init; }

    public IReadOnlyDictionary<string, SchemaNode> Properties { get; init; } = NoProperties;

    /// <summary>Schema of the values of a map.</summary>
    public SchemaNode? AdditionalProperties { get; init; }

    public SchemaNode? Items { get; init; }

    public JsonNode? Default { get; init; }

    public string[] Required { get; init; } = [];

    public JsonNode?[]? Enum { get; init; }

    public JsonNumber? Minimum { get; init; }

    public JsonNumber? Maximum { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MaxItems { get; init; }

    public long? MaxProperties { get; init; }

    public string? Pattern { get; init; }

    public Regex? PatternExpression { get; init; }

    public ListType ListType { get; init; }

    public string[] MapKeys { get; init; } = [];

    /// <summary>What expressions know of its values; null for what they cannot read.</summary>
    public CelType? CelType => field ??= SchemaTypes.Of(this);

    public SchemaRule[] Rules { get; set; } = [];

    /// <summary>Whether this node or one below it has rules.</summary>
    public bool HasRules { get; set; }

    /// <summary>Whether this node or one below it has defaults.</summary>
    public bool HasDefaults { get; set; }

    /// <summary>The schema of a field or of a map's value, or null when there is none.</summary>
    public SchemaNode? Child(string key) => Properties.TryGetValue(key, out var property) ? property : AdditionalProperties;

    /// <summary>Whether something holds for one of the nodes directly below.</summary>
    public bool AnyChild(Func<SchemaNode, bool> condition) =>
        Properties.Values.Any(condition)
        || (Items is not null && condition(Items))
        || (AdditionalProperties is not null && condition(AdditionalProperties));
}
