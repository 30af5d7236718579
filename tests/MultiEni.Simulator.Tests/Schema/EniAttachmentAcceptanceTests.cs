using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Schema;

/// <summary>Every rule and bound of the ENIAttachment definition.</summary>
public sealed class EniAttachmentAcceptanceTests
{
    private const string NotChecked =
        "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    [Fact]
    public void A_complete_attachment_is_accepted() => Assert.Empty(ProductSchemas.EniAttachment.Admit(ProductSchemas.ValidEniAttachment()));

    [Theory]
    [InlineData("nodeENIRef")]
    [InlineData("nodeName")]
    [InlineData("instanceID")]
    [InlineData("slot")]
    [InlineData("subnetID")]
    [InlineData("securityGroupIDs")]
    [InlineData("deviceIndex")]
    [InlineData("networkCardIndex")]
    [InlineData("device")]
    public void A_field_of_the_identity_or_the_plan_is_required(string field)
    {
        var obj = ProductSchemas.ValidEniAttachment();
        obj["spec"]!.AsObject().Remove(field);

        Assert.Equal([$"spec.{field}: Required value", NotChecked], Findings(obj));
    }

    [Theory]
    [InlineData("nodeENIRef", """{"name":"other","uid":"0b5a"}""")]
    [InlineData("nodeENIRef", """{"name":"example","uid":"other"}""")]
    [InlineData("nodeName", "\"other\"")]
    [InlineData("instanceID", "\"other\"")]
    [InlineData("slot", "\"other\"")]
    [InlineData("subnetID", "\"other\"")]
    [InlineData("deviceIndex", "2")]
    [InlineData("networkCardIndex", "1")]
    [InlineData("enaQueueCount", "8")]
    public void What_EC2_cannot_change_in_place_is_immutable(string field, string value)
    {
        var (old, now) = Stored();
        now["spec"]![field] = JsonNode.Parse(value);

        Assert.Equal(
            [$"spec: Invalid value: {field} is immutable: delete the ENIAttachment and the controller creates it anew"],
            ProductSchemas.EniAttachment.Validate(now, old).Select(e => e.ToString())
        );
        Assert.Empty(ProductSchemas.EniAttachment.Validate(now, null));
    }

    [Theory]
    [InlineData("free", 65_536)]
    [InlineData("freeIPv6", 65_536)]
    [InlineData("freeFixed", 65_536)]
    [InlineData("waiting", 1024)]
    public void A_node_cannot_report_more_addresses_than_there_can_be(string field, int most)
    {
        var obj = ProductSchemas.ValidEniAttachment();
        obj["status"] = new JsonObject { ["device"] = new JsonObject { ["addresses"] = new JsonObject { [field] = most } } };
        Assert.Empty(Findings(obj));

        obj["status"]!["device"]!["addresses"]![field] = most + 1;
        Assert.Contains($"less than or equal to {most}", Assert.Single(Findings(obj), finding => finding != NotChecked), StringComparison.Ordinal);
    }

    [Fact]
    public void Index_0_is_that_of_an_ENI_on_a_card_above_0()
    {
        var obj = ProductSchemas.ValidEniAttachment();
        (obj["spec"]!["deviceIndex"], obj["spec"]!["networkCardIndex"]) = (0, 1);

        Assert.Empty(Findings(obj));
    }

    [Theory]
    [InlineData("connectionTracking", """{"udpTimeout":40,"udpStreamTimeout":90}""", """{"udpTimeout":60,"udpStreamTimeout":90}""", true)]
    [InlineData("connectionTracking", """{"udpTimeout":40,"udpStreamTimeout":90}""", """{"udpTimeout":40}""", false)]
    [InlineData("connectionTracking", """{"tcpEstablishedTimeout":350}""", null, false)]
    [InlineData("connectionTracking", null, """{"tcpEstablishedTimeout":350}""", true)]
    [InlineData("adopt", "false", "true", true)]
    [InlineData("adopt", "true", "false", true)]
    [InlineData("enablePrimaryIPv6", "false", "true", true)]
    [InlineData("enablePrimaryIPv6", "true", "false", false)]
    public void What_EC2_cannot_take_back_stays(string field, string? before, string? after, bool accepted)
    {
        var (old, now) = Stored();
        old["spec"]![field] = before is null ? null : JsonNode.Parse(before);
        now["spec"]![field] = after is null ? null : JsonNode.Parse(after);
        foreach (var spec in new[] { old["spec"]!.AsObject(), now["spec"]!.AsObject() })
        {
            if (spec[field] is null)
            {
                spec.Remove(field);
            }
        }

        Assert.Equal(accepted ? 0 : 1, ProductSchemas.EniAttachment.Validate(now, old).Count);
    }

    [Theory]
    [InlineData("secondaryPrivateIPCount")]
    [InlineData("ipv4PrefixCount")]
    [InlineData("ipv6AddressCount")]
    [InlineData("ipv6PrefixCount")]
    public void Addresses_can_become_more_in_place_and_not_less(string field)
    {
        var (old, now) = Stored();
        now["spec"]![field] = 2;
        Assert.Empty(ProductSchemas.EniAttachment.Validate(now, old));

        old["spec"]![field] = 3;
        Assert.Equal(
            [$"spec: Invalid value: {field} cannot become less: delete the ENIAttachment and the controller creates it anew"],
            ProductSchemas.EniAttachment.Validate(now, old).Select(e => e.ToString())
        );
    }

    [Theory]
    [InlineData("securityGroupIDs", """["sg-2"]""")]
    [InlineData("deleteOnTermination", "false")]
    [InlineData("description", "\"other\"")]
    [InlineData("tags", """{"a":"b"}""")]
    [InlineData("sourceDestCheck", "false")]
    [InlineData("mtu", "9001")]
    [InlineData("device", """{"use":"Bound","driver":"vfio-pci","resourceName":"intel.com/x","pciAddress":"0000:00:06.0"}""")]
    public void What_can_change_in_place_may_change(string field, string value)
    {
        var (old, now) = Stored();
        now["spec"]![field] = JsonNode.Parse(value);

        Assert.Empty(ProductSchemas.EniAttachment.Validate(now, old));
    }

    [Theory]
    [InlineData("deviceIndex", "-1", "spec.deviceIndex: Invalid value: -1: spec.deviceIndex in body should be greater than or equal to 0")]
    [InlineData("deviceIndex", "0", "spec: Invalid value: deviceIndex 0 of network card 0 is the primary interface")]
    [InlineData("deviceIndex", "128", "spec.deviceIndex: Invalid value: 128: spec.deviceIndex in body should be less than or equal to 127")]
    [InlineData(
        "networkCardIndex",
        "-1",
        "spec.networkCardIndex: Invalid value: -1: spec.networkCardIndex in body should be greater than or equal to 0"
    )]
    [InlineData("nodeName", "\"\"", "spec.nodeName: Invalid value: \"\": spec.nodeName in body should be at least 1 chars long")]
    [InlineData(
        "device",
        """{"use":"Shared"}""",
        "spec.device.use: Unsupported value: \"Shared\": supported values: \"Plain\", \"Advertised\", \"Bound\""
    )]
    [InlineData("device", "{}", "spec.device.use: Required value")]
    [InlineData("nodeENIRef", """{"name":"x"}""", "spec.nodeENIRef.uid: Required value")]
    public void A_value_out_of_bounds_is_refused(string field, string value, string finding)
    {
        var obj = ProductSchemas.ValidEniAttachment();
        obj["spec"]![field] = JsonNode.Parse(value);

        Assert.Equal(finding, Findings(obj)[0]);
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00Z", true)]
    [InlineData("2026-11-22T10:00:00+00:00", true)]
    [InlineData("2026-11-22T10:00:00.123456Z", true)]
    [InlineData("2026-01-01T00:00:00+99:00", false)]
    [InlineData("2026-01-01T00:00:00+02:00", false)]
    [InlineData("0000-01-01T00:00:00Z", false)]
    [InlineData("0001-01-01T00:00:00+14:00", false)]
    [InlineData("2026-01-01t00:00:00z", false)]
    public void Times_are_what_the_programs_write_and_can_read(string time, bool isAccepted)
    {
        var obj = WithStatus();
        obj["status"]!["device"]!["releaseHeartbeatTime"] = time;
        obj["status"]!["conditions"]![0]!["lastTransitionTime"] = time;

        var findings = Findings(obj);
        Assert.Equal(isAccepted, findings.Length == 0);
        Assert.Equal(isAccepted, !findings.Any(finding => finding.StartsWith("status.device.releaseHeartbeatTime", StringComparison.Ordinal)));
        Assert.Equal(isAccepted, !findings.Any(finding => finding.StartsWith("status.conditions[0].lastTransitionTime", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("message", 4096)]
    [InlineData("reason", 128)]
    [InlineData("type", 64)]
    public void A_conditions_texts_have_limits(string field, int longest)
    {
        var obj = WithStatus();
        obj["status"]!["conditions"]![0]![field] = new string('x', longest);
        Assert.Empty(Findings(obj));

        obj["status"]!["conditions"]![0]![field] = new string('x', longest + 1);
        Assert.StartsWith($"status.conditions[0].{field}: Too long", Findings(obj)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_room_for_sixteen_conditions_and_every_text_about_the_device_has_a_limit()
    {
        var obj = WithStatus();
        var conditions = obj["status"]!["conditions"]!.AsArray();
        while (conditions.Count < 17)
        {
            var another = conditions[0]!.DeepClone();
            another["type"] = $"Type{conditions.Count}";
            conditions.Add(another);
        }

        Assert.StartsWith("status.conditions: Too many", Findings(obj)[0], StringComparison.Ordinal);
        conditions.RemoveAt(16);
        Assert.Empty(Findings(obj));

        var device = ProductSchemas.SchemaOf(ProductSchemas.EniAttachmentDefinition)["properties"]!["status"]!["properties"]!["device"]![
            "properties"
        ]!;
        Assert.All(
            device.AsObject().Where(property => (string?)property.Value!["type"] == "string"),
            property => Assert.True(property.Value!["maxLength"] is not null || property.Value["enum"] is not null, property.Key)
        );
    }

    private static JsonObject WithStatus()
    {
        var obj = ProductSchemas.ValidEniAttachment();
        obj["status"] = JsonNode.Parse(
            """
            {"device":{"driver":"vfio-pci"},"conditions":[{"type":"Bound","status":"True","reason":"Bound","message":"","lastTransitionTime":"2026-11-22T10:00:00Z"}]}
            """
        );
        return obj;
    }

    private static (JsonObject Old, JsonObject Now) Stored()
    {
        var old = ProductSchemas.ValidEniAttachment();
        Assert.Empty(ProductSchemas.EniAttachment.Admit(old));
        return (old, old.DeepClone().AsObject());
    }

    private static string[] Findings(JsonObject obj) => [.. ProductSchemas.EniAttachment.Admit(obj).Select(e => e.ToString())];
}
