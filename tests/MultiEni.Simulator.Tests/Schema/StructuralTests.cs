using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Tests.Schema;

/// <summary>
/// Defaulting, pruning and merge semantics as the documentation of CustomResourceDefinitions
/// describes them.
/// </summary>
public sealed class StructuralTests
{
    private static readonly CustomResourceSchema Schema = Compile(
        """
        "spec": {"type": "object", "properties": {
          "size": {"type": "integer", "default": 3},
          "maybe": {"type": "string", "default": "d"},
          "plain": {"type": "string"},
          "parent": {"type": "object", "properties": {"child": {"type": "string", "default": "c"}}},
          "made": {"type": "object", "default": {}, "properties": {"child": {"type": "string", "default": "c"}}},
          "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}},
          "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}},
          "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"known": {"type": "object", "properties": {"x": {"type": "string"}}}}},
          "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
          "keyed": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}}}}
        }}
        """
    );

    [Theory]
    [InlineData("{}", """{"size":3,"maybe":"d","made":{"child":"c"}}""")]
    [InlineData("""{"size":null,"maybe":null,"plain":null}""", """{"size":3,"maybe":"d","made":{"child":"c"}}""")]
    [InlineData("""{"size":1,"parent":{}}""", """{"size":1,"maybe":"d","parent":{"child":"c"},"made":{"child":"c"}}""")]
    [InlineData(
        """{"list":[{},{"a":2}],"map":{"k":{}}}""",
        """{"size":3,"maybe":"d","made":{"child":"c"},"list":[{"a":1},{"a":2}],"map":{"k":{"a":1}}}"""
    )]
    public void Defaults_fill_what_is_absent_below_what_is_there(string given, string expected)
    {
        var obj = new JsonObject { ["spec"] = JsonNode.Parse(given) };

        Schema.ApplyDefaults(obj);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), obj["spec"]), obj.ToJsonString());
    }

    [Fact]
    public void No_default_appears_below_an_absent_parent() => Assert.Equal("{}", Schema.ApplyDefaults([]).ToJsonString());

    [Fact]
    public void A_default_is_a_copy_for_each_object()
    {
        var first = Schema.ApplyDefaults(new JsonObject { ["spec"] = new JsonObject() });
        first["spec"]!["made"]!["child"] = "changed";

        Assert.Equal("c", (string?)Schema.ApplyDefaults(new JsonObject { ["spec"] = new JsonObject() })["spec"]!["made"]!["child"]);
    }

    [Theory]
    [InlineData("""{"typo":1,"plain":"x"}""", "spec.typo")]
    [InlineData("""{"parent":{"child":"c","typo":1}}""", "spec.parent.typo")]
    [InlineData("""{"list":[{"a":1},{"typo":1}]}""", "spec.list[1].typo")]
    [InlineData("""{"map":{"k":{"typo":1}}}""", "spec.map.k.typo")]
    [InlineData("""{"open":{"anything":{"deep":1}}}""", "")]
    [InlineData("""{"open":{"known":{"x":"y","typo":1}}}""", "spec.open.known.typo")]
    public void Unknown_fields_are_removed_and_named(string given, string expected)
    {
        var obj = JsonNode.Parse("""{"apiVersion":"v1","kind":"K","metadata":{"name":"n","labels":{"a":"b"}}}""")!.AsObject();
        obj["spec"] = JsonNode.Parse(given);

        Assert.Equal(expected.Length == 0 ? [] : [expected], Schema.Prune(obj));
        Assert.Equal("b", (string?)obj["metadata"]!["labels"]!["a"]);
        Assert.Empty(Schema.Prune(obj));
    }

    [Theory]
    [InlineData("size", "6.0", "")]
    [InlineData(
        "size",
        "6.5",
        "spec.size: Invalid value: \"number\": spec.size in body must be of type integer: \"number\"|"
            + "<nil>: Invalid value: \"\": Checked value must be of type integer (default format) in spec.size"
    )]
    [InlineData("set", """["a","b","a"]""", "spec.set[2]: Duplicate value: \"a\"")]
    [InlineData("keyed", """[{"k":"a"},{"k":"a"}]""", "spec.keyed[1]: Duplicate value: {\"k\":\"a\"}")]
    [InlineData("plain", "null", "spec.plain: Invalid value: \"null\": spec.plain in body must be of type string: \"null\"")]
    public void Values_are_checked_against_their_types(string field, string value, string finding) =>
        Assert.Equal(
            finding.Length == 0 ? [] : finding.Split('|'),
            Schema.Validate(new JsonObject { ["spec"] = new JsonObject { [field] = JsonNode.Parse(value) } }, null).Select(e => e.ToString())
        );

    [Theory]
    [InlineData("\"a\": {\"type\": \"array\"}", "a list without items, or items of something else")]
    [InlineData("\"a\": {}", "the schema type that is missing")]
    [InlineData("\"a\": {\"type\": \"text\"}", "the schema type text")]
    [InlineData("\"a\": {\"type\": \"string\", \"$ref\": \"x\"}", "the schema keyword $ref")]
    [InlineData(
        "\"a\": {\"type\": \"array\", \"x-kubernetes-list-type\": \"map\", \"items\": {\"type\": \"object\"}}",
        "a list of type map without required texts as keys"
    )]
    [InlineData("\"a\": {\"type\": \"integer\", \"default\": \"x\"}", "a default that its own schema refuses")]
    [InlineData("\"a\": {\"type\": \"integer\", \"allOf\": [{\"minimum\": 1}]}", "the schema keyword allOf")]
    [InlineData("\"a\": {\"type\": \"string\", \"format\": \"ipv4\"}", "the schema format ipv4 of a string")]
    [InlineData("\"a\": {\"type\": \"string\", \"pattern\": \"(?i)a\"}", "the regular expression \"(?i)a\"")]
    [InlineData(
        "\"a\": {\"type\": \"array\", \"x-kubernetes-list-type\": \"set\", \"items\": {\"type\": \"object\"}}",
        "another list than of type atomic or map, or a set of scalars"
    )]
    [InlineData("\"a\": {\"type\": \"integer\", \"maximum\": \"1\"}", "a schema whose maximum is of another type")]
    [InlineData("\"a\": {\"type\": \"object\", \"additionalProperties\": true}", "a schema whose additionalProperties is of another type")]
    [InlineData("\"a\": {\"type\": \"string\", \"nullable\": true}", "the schema keyword nullable")]
    [InlineData("\"metadata\": {\"type\": \"object\", \"properties\": {\"name\": {\"type\": \"string\"}}}", "a schema of metadata")]
    public void A_schema_that_is_wrong_or_says_more_than_is_known_here_is_not_simulated(string properties, string what) =>
        Assert.Equal($"not supported by the simulated API server: {what}", Assert.Throws<NotSimulatedException>(() => Compile(properties)).Message);

    private static CustomResourceSchema Compile(string properties) =>
        CustomResourceSchema.Parse(JsonNode.Parse($$"""{"type": "object", "properties": { {{properties}} } }""")!.AsObject());
}
