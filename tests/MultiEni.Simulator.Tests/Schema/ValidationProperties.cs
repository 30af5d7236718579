using System.Text.Json.Nodes;
using CsCheck;

namespace MultiEni.Simulator.Tests.Schema;

/// <summary>
/// Objects are made from the definition, read here a second time and independently: what fits is
/// accepted, one flaw is refused.
/// </summary>
public sealed class ValidationProperties
{
    /// <summary>
    /// Fields that rules restrict further than types and bounds do; they stay as the valid sample
    /// has them.
    /// </summary>
    private static readonly HashSet<string> Ruled = new(StringComparer.Ordinal)
    {
        "nodeSelector",
        "subnetID",
        "securityGroupIDs",
        "tags",
        "mtu",
        "secondaryPrivateIPCount",
        "ipv4PrefixCount",
        "ipv6AddressCount",
        "ipv6PrefixCount",
        "privateIPAddresses",
        "privateIPAddress",
        "podAddresses",
        "deviceIndex",
        "elasticIPs",
        "enaExpress",
        "enablePrimaryIPv6",
        "adopt",
        "hostAddressing",
        "retainPolicy",
        "dpdkBinding",
        "dpdkResourceName",
        "dpdkPCIAddress",
        "nodeENIRef",
        "device",
    };

    public static TheoryData<bool> Definitions => [true, false];

    [Theory]
    [MemberData(nameof(Definitions))]
    public void What_fits_the_definition_is_accepted(bool nodeEni) =>
        Objects(nodeEni)
            .Sample(
                obj =>
                {
                    var schema = nodeEni ? ProductSchemas.NodeEni : ProductSchemas.EniAttachment;
                    var copy = obj.DeepClone().AsObject();
                    Assert.Empty(schema.Prune(copy));
                    Assert.True(JsonNode.DeepEquals(obj, copy));
                    Assert.Empty(schema.Admit(copy));
                    var settled = copy.DeepClone().AsObject();
                    Assert.Empty(schema.Admit(settled, copy));
                    Assert.True(JsonNode.DeepEquals(settled, copy), "defaulting twice changes nothing");
                },
                iter: 200
            );

    [Theory]
    [MemberData(nameof(Definitions))]
    public void One_flaw_is_found_where_it_is(bool nodeEni)
    {
        var definition = nodeEni ? ProductSchemas.NodeEniDefinition : ProductSchemas.EniAttachmentDefinition;
        var spec = ProductSchemas.SchemaOf(definition)["properties"]!["spec"]!["properties"]!.AsObject();
        var flaws = spec.SelectMany(p => Flaws(p.Value!.AsObject()).Select(flaw => (Name: p.Key, Flaw: flaw))).ToArray();
        Assert.NotEmpty(flaws);

        Gen.Select(Objects(nodeEni), Gen.OneOf(flaws))
            .Sample(
                t =>
                {
                    var obj = t.Item1.DeepClone().AsObject();
                    obj["spec"]![t.Item2.Name] = t.Item2.Flaw.DeepClone();
                    var errors = (nodeEni ? ProductSchemas.NodeEni : ProductSchemas.EniAttachment).Admit(obj);
                    Assert.Contains(
                        errors,
                        e =>
                            e.Path == $"spec.{t.Item2.Name}"
                            || e.Path.StartsWith($"spec.{t.Item2.Name}[", StringComparison.Ordinal)
                            || e.Path.StartsWith($"spec.{t.Item2.Name}.", StringComparison.Ordinal)
                    );
                },
                iter: 200
            );
    }

    [Fact]
    public void Twenty_thousand_updates_are_checked_without_noticeable_work()
    {
        var old = ProductSchemas.ValidEniAttachment();
        Assert.Empty(ProductSchemas.EniAttachment.Admit(old));
        var now = old.DeepClone().AsObject();
        now["spec"]!["mtu"] = 9001;
        ProductSchemas.EniAttachment.Validate(now, old);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++)
        {
            ProductSchemas.EniAttachment.Validate(now, old);
        }

        // Allocation is what can be asserted without a clock: parsing a rule again would cost far
        // more than this for each object.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 20_000, 0, 16_384);
    }

    private static Gen<JsonObject> Objects(bool nodeEni)
    {
        var definition = nodeEni ? ProductSchemas.NodeEniDefinition : ProductSchemas.EniAttachmentDefinition;
        var schema = ProductSchemas.SchemaOf(definition)["properties"]!.AsObject();
        return Gen.Select(Fields(schema["spec"]!.AsObject(), Ruled), Fields(schema["status"]!.AsObject(), []))
            .Select(t =>
            {
                var obj = nodeEni ? ProductSchemas.ValidNodeEni() : ProductSchemas.ValidEniAttachment();
                foreach (var (name, value) in t.Item1)
                {
                    obj["spec"]![name] = value!.DeepClone();
                }

                obj["status"] = t.Item2.DeepClone();
                return obj;
            });
    }

    /// <summary>All required fields, and any of the others.</summary>
    private static Gen<JsonObject> Fields(JsonObject schema, HashSet<string> left)
    {
        var required = schema["required"]?.AsArray().Select(n => (string)n!).ToHashSet(StringComparer.Ordinal) ?? [];
        var result = Gen.Const(() => new JsonObject());
        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            if (left.Contains(name))
            {
                continue;
            }

            var wanted = required.Contains(name) ? Gen.Const(true) : Gen.Bool;
            result = Gen.Select(result, wanted, Values(property!.AsObject()))
                .Select(t =>
                {
                    var obj = t.Item1.DeepClone().AsObject();
                    if (t.Item2)
                    {
                        obj[name] = t.Item3.DeepClone();
                    }

                    return obj;
                });
        }

        return result;
    }

    private static Gen<JsonNode> Values(JsonObject schema)
    {
        if (schema["enum"] is JsonArray allowed)
        {
            return Gen.OneOf(allowed.Select(v => v!).ToArray());
        }

        switch ((string?)schema["type"])
        {
            case "boolean":
                return Gen.Bool.Select(v => (JsonNode)v);
            case "integer":
                return Gen.Int[Number(schema, "minimum") ?? 0, Number(schema, "maximum") ?? int.MaxValue].Select(v => (JsonNode)v);
            case "string" when (string?)schema["format"] == "date-time":
                return Gen.DateTime[DateTime.UnixEpoch, DateTime.UnixEpoch.AddYears(100)]
                    .Select(v => (JsonNode)v.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            // What has a pattern and is generated here is an address.
            case "string" when schema.ContainsKey("pattern"):
                return Gen.OneOf("10.0.1.7", "fd00:1::7").Select(v => (JsonNode)v);
            case "string":
                return Gen.String[Gen.Char[' ', 'ÿ'], Number(schema, "minLength") ?? 0, Number(schema, "maxLength") ?? 20].Select(v => (JsonNode)v);
            case "array" when (string?)schema["x-kubernetes-list-type"] == "map":
                return Values(schema["items"]!.AsObject()).Select(v => (JsonNode)new JsonArray(v.DeepClone()));
            case "array":
                return Values(schema["items"]!.AsObject()).Array[0, 3].Select(v => (JsonNode)new JsonArray([.. v.Select(i => i.DeepClone())]));
            case "object" when schema["additionalProperties"] is JsonObject values:
                return Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 8], Values(values))[0, 3]
                    .Select(v => (JsonNode)new JsonObject(v.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value.DeepClone()))));
            default:
                return Fields(schema, []).Select(v => (JsonNode)v);
        }
    }

    /// <summary>Values that break exactly one thing the schema of a field says.</summary>
    private static IEnumerable<JsonNode> Flaws(JsonObject schema)
    {
        var type = (string?)schema["type"];
        yield return type == "boolean" ? "text" : (JsonNode)true;
        yield return type == "array" ? new JsonObject() : new JsonArray();
        if (schema.ContainsKey("enum"))
        {
            yield return "NoSuchValue";
        }

        if ((long?)schema["minimum"] is { } minimum)
        {
            yield return minimum - 1;
        }

        if ((long?)schema["maximum"] is { } maximum)
        {
            yield return maximum + 1;
        }

        if (Number(schema, "maxLength") is { } maxLength)
        {
            yield return new string('x', maxLength + 1);
        }

        if (Number(schema, "minLength") is { } minLength)
        {
            yield return new string('x', minLength - 1);
        }

        if (Number(schema, "maxItems") is { } maxItems)
        {
            yield return new JsonArray([.. Enumerable.Range(0, maxItems + 1).Select(i => (JsonNode)$"x{i}")]);
        }

        if (Number(schema, "maxProperties") is { } maxProperties)
        {
            yield return new JsonObject(Enumerable.Range(0, maxProperties + 1).Select(i => KeyValuePair.Create($"x{i}", (JsonNode?)"y")));
        }
    }

    private static int? Number(JsonObject schema, string name) => (int?)(long?)schema[name];
}
