using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Api.Tests;

/// <summary>
/// The CRD files and the C# types are written by hand, both; here they are proved to say the same.
/// </summary>
public sealed class DefinitionAgreementTests
{
    public static TheoryData<string> Parts => ["NodeENI.spec", "NodeENI.status", "ENIAttachment.spec", "ENIAttachment.status"];

    // The exporter knows nothing of what a converter of ours reads and writes, which is a string
    // like any other.
    private static readonly JsonSerializerOptions Plain = WithoutOurConverters();

    [Theory]
    [MemberData(nameof(Parts))]
    public void Definition_and_type_have_the_same_fields_of_the_same_types(string part)
    {
        var (schema, type) = Lookup(part);
        var exported = JsonSchemaExporter.GetJsonSchemaAsNode(
            Plain,
            type,
            new JsonSchemaExporterOptions
            {
                // The exporter says nothing of dates, which are strings to JSON.
                TransformSchemaNode = static (context, node) =>
                {
                    if (context.TypeInfo.Type == typeof(DateTimeOffset) || context.TypeInfo.Type == typeof(DateTimeOffset?))
                    {
                        node["format"] = "date-time";
                    }

                    return node;
                },
            }
        );

        var differences = new List<string>();
        Compare(part, exported.AsObject(), schema, exported.AsObject(), differences);
        Assert.Empty(differences);
    }

    [Fact]
    public void The_comparison_sees_every_kind_of_difference()
    {
        var type = JsonNode
            .Parse(
                """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{"type":["string","null"],"format":"date-time"},"e":{"type":"array","items":{"type":"string"}}}}"""
            )!
            .AsObject();
        var schema = JsonNode
            .Parse(
                """{"type":"object","properties":{"b":{"type":"string"},"c":{"type":"string"},"d":{"type":"string"},"e":{"type":"array","items":{"type":"integer"}}}}"""
            )!
            .AsObject();

        var differences = new List<string>();
        Compare("x", type, schema, type, differences);

        Assert.Equal(
            [
                "x.a: only in the type",
                "x.b: integer in the type, string in the definition",
                "x.c: format date-time in the type,  in the definition",
                "x.d: only in the definition",
                "x.e[]: string in the type, integer in the definition",
            ],
            differences.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("NodeENI.spec.subnetPolicy", typeof(SubnetPolicies))]
    [InlineData("NodeENI.spec.dpdkDriver", typeof(DpdkDrivers))]
    [InlineData("NodeENI.spec.dpdkBinding", typeof(DpdkBindings))]
    [InlineData("ENIAttachment.spec.device.use", typeof(DeviceUses))]
    [InlineData("ENIAttachment.spec.device.driver", typeof(DpdkDrivers))]
    [InlineData("ENIAttachment.status.network.state", typeof(EniState))]
    public void The_values_of_a_field_are_the_constants(string field, Type constants)
    {
        var steps = field.Split('.');
        var schema = steps[0] == Names.NodeEniKind ? Definitions.NodeEni : Definitions.EniAttachment;
        foreach (var step in steps.Skip(1))
        {
            schema = schema.Part(step);
        }

        Assert.Equal(
            constants
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => (string)f.GetRawConstantValue()!)
                .Order(StringComparer.Ordinal),
            schema["enum"]!.AsArray().Select(v => (string)v!).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Defaults_of_the_NodeENI_definition_are_those_of_the_type()
    {
        var spec = new JsonObject { ["nodeSelector"] = new JsonObject() };
        var obj = CustomResourceSchema.Parse(Definitions.NodeEni).ApplyDefaults(new JsonObject { ["spec"] = spec });

        // Serialised types leave out nothing but nulls, so that each default of the type shows.
        var fromType = JsonSerializer.SerializeToNode(new NodeEniSpec(), ApiJson.Default.NodeEniSpec);
        Assert.True(JsonNode.DeepEquals(fromType, obj["spec"]), $"{fromType}\n{obj["spec"]}");
    }

    [Fact]
    public void Defaults_of_the_ENIAttachment_definition_are_those_of_the_type()
    {
        var required = Definitions.EniAttachment.Part("spec")["required"]!.AsArray().Select(v => (string)v!).ToHashSet(StringComparer.Ordinal);
        var obj = CustomResourceSchema.Parse(Definitions.EniAttachment).ApplyDefaults(new JsonObject { ["spec"] = new JsonObject() });

        var fromType = JsonSerializer.SerializeToNode(new EniAttachmentSpec(), ApiJson.Default.EniAttachmentSpec)!.AsObject();
        foreach (var name in required)
        {
            fromType.Remove(name);
        }

        Assert.True(JsonNode.DeepEquals(fromType, obj["spec"]), $"{fromType}\n{obj["spec"]}");
    }

    private static (JsonObject Schema, Type Type) Lookup(string part) =>
        part switch
        {
            "NodeENI.spec" => (Definitions.NodeEni.Part("spec"), typeof(NodeEniSpec)),
            "NodeENI.status" => (Definitions.NodeEni.Part("status"), typeof(NodeEniStatus)),
            "ENIAttachment.spec" => (Definitions.EniAttachment.Part("spec"), typeof(EniAttachmentSpec)),
            "ENIAttachment.status" => (Definitions.EniAttachment.Part("status"), typeof(EniAttachmentStatus)),
            _ => throw new ArgumentOutOfRangeException(nameof(part)),
        };

    private static void Compare(string path, JsonObject type, JsonObject schema, JsonObject root, List<string> differences)
    {
        if ((string?)type["$ref"] is { } reference)
        {
            type = Follow(root, reference);
        }

        var (typeName, schemaName) = (TypeName(type), (string?)schema["type"]);
        if (typeName != schemaName)
        {
            differences.Add($"{path}: {typeName} in the type, {schemaName} in the definition");
            return;
        }

        if (typeName == "string" && (string?)type["format"] != (string?)schema["format"])
        {
            differences.Add($"{path}: format {type["format"]} in the type, {schema["format"]} in the definition");
        }

        if (typeName == "array")
        {
            Compare($"{path}[]", type["items"]!.AsObject(), schema["items"]!.AsObject(), root, differences);
        }

        if (type["additionalProperties"] is JsonObject || schema["additionalProperties"] is JsonObject)
        {
            Compare(
                $"{path}[*]",
                type["additionalProperties"] as JsonObject ?? [],
                schema["additionalProperties"] as JsonObject ?? [],
                root,
                differences
            );
        }

        var inType = type["properties"] as JsonObject ?? [];
        var inSchema = schema["properties"] as JsonObject ?? [];
        foreach (var (name, property) in inType)
        {
            if (inSchema[name] is JsonObject other)
            {
                Compare($"{path}.{name}", property!.AsObject(), other, root, differences);
            }
            else
            {
                differences.Add($"{path}.{name}: only in the type");
            }
        }

        foreach (var (name, _) in inSchema)
        {
            if (!inType.ContainsKey(name))
            {
                differences.Add($"{path}.{name}: only in the definition");
            }
        }
    }

    /// <summary>
    /// Nullability is left aside: an absent member and a null one are the same to these types.
    /// </summary>
    private static string? TypeName(JsonObject type) =>
        type["type"] switch
        {
            JsonArray several => several.Select(t => (string)t!).Single(t => t != "null"),
            var one => (string?)one,
        };

    private static JsonObject Follow(JsonObject root, string reference)
    {
        JsonNode node = root;
        foreach (var step in reference.Split('/').Skip(1))
        {
            node = node is JsonArray list ? list[int.Parse(step)]! : node[step]!;
        }

        return node.AsObject();
    }

    private static JsonSerializerOptions WithoutOurConverters()
    {
        var options = new JsonSerializerOptions(ApiJson.Default.Options);
        options.Converters.Clear();
        return options;
    }
}
