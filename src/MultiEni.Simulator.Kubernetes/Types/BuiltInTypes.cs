using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>The types in <c>BuiltIn.types</c>, which says how to read it.</summary>
internal static class BuiltInTypes
{
    private static readonly ListSemantics Atomic = new ListSemantics.Atomic();
    private static readonly ListSemantics Granular = new ListSemantics.Granular();
    private static readonly ListSemantics Set = new ListSemantics.Set();

    private static readonly Dictionary<string, ObjectType> Types = Read();

    /// <summary>The metadata of every object.</summary>
    public static ObjectType Metadata => Types["ObjectMeta"];

    /// <summary>The type of that metadata where it is a field.</summary>
    public static FieldType MetadataField { get; } = new(ValueKind.Object, "", null, Granular) { Fields = Metadata };

    /// <summary>A kind; null when its fields are not known.</summary>
    public static ObjectType? Find(string kind) => Types.GetValueOrDefault(kind);

    /// <summary>What a strategic merge patch has to know of a kind.</summary>
    public static ObjectType ForPatch(string kind) => Find(kind) ?? Find("Patched" + kind) ?? Types["PatchedOther"];

    private static Dictionary<string, ObjectType> Read()
    {
        using var reader = new StreamReader(typeof(BuiltInTypes).Assembly.GetManifestResourceStream("BuiltIn.types")!);
        var lines = reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] != '#')
            .Select(static line => line.Split(' '))
            .ToList();
        var types = lines.ToDictionary(
            static line => line[0].TrimEnd('@'),
            static line => new ObjectType(NameOf(line[0]), line[0].EndsWith('@'), line[^1] == "..."),
            StringComparer.Ordinal
        );
        foreach (var line in lines)
        {
            types[line[0].TrimEnd('@')].Fields.AddRange(line.Skip(1).Where(static field => field != "...").Select(field => ReadField(field, types)));
        }

        return types;
    }

    // Without the group that tells it apart.
    private static string NameOf(string type) => type[(type.IndexOf('/', StringComparison.Ordinal) + 1)..].TrimEnd('@');

    private static ObjectType.Field ReadField(string text, Dictionary<string, ObjectType> types)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = text[..colon];
        var type = ReadType(text[(colon + 1)..(equals < 0 ? text.Length : equals)], types);
        JsonNode? value =
            equals < 0 ? null
            : type.Kind == ValueKind.Integer ? long.Parse(text[(equals + 1)..])
            : type.Kind == ValueKind.Flag ? text[(equals + 1)..] == "true"
            : text[(equals + 1)..];
        return new ObjectType.Field(
            name.TrimEnd('!', '?'),
            type,
            name.Contains('!', StringComparison.Ordinal),
            name.Contains('?', StringComparison.Ordinal),
            value
        );
    }

    // A name that is left out is an empty one.
    private static JsonNode? DefaultOf(FieldType entry, string key) =>
        entry.Fields?.Find(key) is not { } field ? null
        : field.Default is { } value ? value.DeepClone()
        : field is { IsPointer: false, Type.Kind: ValueKind.Text } ? ""
        : null;

    private static FieldType ReadType(string text, Dictionary<string, ObjectType> types)
    {
        if (text[0] is '[' or '{')
        {
            var end = text.IndexOfAny([']', '}']);
            var element = ReadType(text[(end + 1)..], types);
            return (text[..(end + 1)]) switch
            {
                "{}" => new FieldType(ValueKind.Map, "map[string]" + element.GoName, element, Granular),
                "{atomic}" => new FieldType(ValueKind.Map, "map[string]" + element.GoName, element, Atomic),
                "[]" => new FieldType(ValueKind.List, "[]" + element.GoName, element, Atomic),
                "[set]" => new FieldType(ValueKind.List, "[]" + element.GoName, element, Set),
                var keys => new FieldType(
                    ValueKind.List,
                    "[]" + element.GoName,
                    element,
                    new ListSemantics.Map(keys[1..^1].Split(',')) { DefaultOf = key => DefaultOf(element, key) }
                ),
            };
        }

        return text switch
        {
            "string" => new FieldType(ValueKind.Text, text, null, Atomic),
            "int32" or "int64" => new FieldType(ValueKind.Integer, text, null, Atomic),
            "bool" => new FieldType(ValueKind.Flag, text, null, Atomic),
            "bytes" => new FieldType(ValueKind.Bytes, "[]uint8", null, Atomic),
            "Time" => new FieldType(ValueKind.Time, "string", null, Atomic),
            "MicroTime" => new FieldType(ValueKind.MicroTime, "string", null, Atomic),
            "Quantity" => new FieldType(ValueKind.Quantity, "resource.Quantity", null, Atomic),
            "IntOrString" => new FieldType(ValueKind.IntOrString, "intstr.IntOrString", null, Atomic),
            "Any" => new FieldType(ValueKind.Any, text, null, Granular),
            "Raw" => new FieldType(ValueKind.Any, "runtime.RawExtension", null, Atomic),
            _ when types.TryGetValue(text, out var fields) => new FieldType(
                ValueKind.Object,
                "v1." + NameOf(text),
                null,
                fields.IsAtomic ? Atomic : Granular
            )
            {
                Fields = fields,
            },
            _ when text.Contains('.', StringComparison.Ordinal) => new FieldType(ValueKind.Text, text, null, Atomic),
            _ => throw new FormatException($"BuiltIn.types: there is no type {text}"),
        };
    }
}
