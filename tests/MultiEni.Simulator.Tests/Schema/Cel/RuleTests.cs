using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Tests.Schema.Cel;

/// <summary>
/// What the language of rules means: each row is a rule at the root of an object that has the
/// fields used.
/// </summary>
public sealed class RuleTests
{
    private const string Schema = """
        {
          "type": "object",
          "properties": {
            "i": {"type": "integer"}, "n": {"type": "number"}, "s": {"type": "string", "maxLength": 64}, "long": {"type": "array", "items": {"type": "string"}}, "b": {"type": "boolean"},
            "absent": {"type": "integer"}, "gone": {"type": "string"}, "nothing": {"type": "string"},
            "list": {"type": "array", "maxItems": 9, "items": {"type": "integer"}},
            "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            "map": {"type": "object", "maxProperties": 9, "additionalProperties": {"type": "string"}},
            "time": {"type": "string", "format": "date-time"},
            "with-dash": {"type": "integer"}, "namespace": {"type": "integer"}
          }
        }
        """;

    private const string Object = """
        {
          "metadata": {"name": "x"}, "i": 7, "n": 2, "s": "héllo😀", "b": true, "list": [1, 2, 3], "set": ["a", "b"],
          "map": {"k": "v", "with.dot": "w"}, "time": "2026-01-01T00:00:00Z", "with-dash": 1, "namespace": 2
        }
        """;

    [Theory]
    [InlineData("self.i == 7")]
    [InlineData("self.list.filter(x, x > 1) == [2, 3] && self.map.filter(k, size(k) > 1) == ['with.dot']")]
    [InlineData("-7 < self.i && {} == {}")]
    [InlineData("-9223372036854775808 < 9223372036854775807")]
    [InlineData("size(self.s) == 6 && self.s.size() == 6")]
    [InlineData("self.s.startsWith('h') && self.s.endsWith('😀') && self.s.contains('llo')")]
    [InlineData("self.s.matches('l+') && !self.s.matches('^l') && 'a\\n'.matches('^a$') == false")]
    [InlineData("self.b ? self.i == 7 : false")]
    [InlineData("false ? false : true ? true : false")]
    [InlineData("has(self.i) && !has(self.absent) && has(self.map.k) && !has(self.map.z)")]
    [InlineData("self.list[0] == 1 && 2 in self.list && !(5 in self.list)")]
    [InlineData("self.map['k'] == 'v' && self.map.k == 'v' && self.map['with.dot'] == 'w' && 'k' in self.map")]
    [InlineData("self.list.all(x, x > 0) && self.list.exists(x, x == 2)")]
    [InlineData("self.list.all(x, self.list.exists(y, y == x))")]
    [InlineData("self.map.all(k, size(k) > 0) && size(self.map) == 2")]
    [InlineData("[].all(x, x == 1) && ![].exists(x, x == 1)")]
    [InlineData("self.set == ['b', 'a'] && self.list != [3, 2, 1]")]
    [InlineData("'abc' < 'abd' && 'a' + 'b' == 'ab' && \"q\" == 'q' && '\\u00e9\\n' == 'é\\n'")]
    [InlineData("self.?absent.orValue(7) == 7 && self.?map.?z.orValue('') == ''")]
    [InlineData("self.metadata.name == 'x'")]
    [InlineData("self.b // a comment")]
    public void A_rule_that_holds(string rule) => Assert.Empty(Evaluate(rule));

    [Theory]
    [InlineData("self.absent == 1 || true")]
    [InlineData("true || self.absent == 1")]
    [InlineData("!(self.absent == 1 && false)")]
    [InlineData("!(false && self.absent == 1)")]
    [InlineData("self.list.exists(x, self.list[x] == 9 || x == 2)")]
    [InlineData("!self.list.all(x, self.list[x] == 9)")]
    public void A_decided_side_absorbs_the_failure_of_the_other(string rule) => Assert.Empty(Evaluate(rule));

    [Theory]
    [InlineData("self.absent == 1", "no such key: absent")]
    [InlineData("self.absent == 1 && true", "no such key: absent")]
    [InlineData("self.list[5] == 1", "index out of bounds: 5")]
    [InlineData("self.map['z'] == 'v'", "no such key: z")]
    public void A_failure_that_nothing_absorbs_is_reported(string rule, string failure) =>
        Assert.Equal([$"<nil>: Invalid value: \"object\": {failure} evaluating rule: {rule}"], Evaluate(rule));

    [Theory]
    [InlineData("self.i ==")]
    [InlineData("self.i == == 1")]
    [InlineData("(self.i == 1")]
    [InlineData("self.i == 'x")]
    [InlineData("self.i # 1")]
    [InlineData("self.i == 9223372036854775808")]
    [InlineData("self.typo == 1")]
    [InlineData("has(self.typo)")]
    [InlineData("slf.i == 1")]
    [InlineData("self.s.lower() == 'x'")]
    [InlineData("self.i == 'x'")]
    [InlineData("self.i && true")]
    [InlineData("self.s.startsWith(1)")]
    [InlineData("self.s.matches('(')")]
    [InlineData("self.s.matches('\\\\pL')")]
    [InlineData("self.s.matches('\\\\d')")]
    [InlineData("self.s.matches(self.s)")]
    [InlineData("self.i.all(x, true)")]
    [InlineData("self.i")]
    [InlineData("has(self)")]
    [InlineData("self.list.all(x.y, true)")]
    [InlineData("self.map.all(k, v, k == v)")]
    [InlineData("self.nothing == null")]
    [InlineData("self.any > 3")]
    [InlineData("self.i + 1 == 8")]
    [InlineData("-self.i == -7")]
    [InlineData("self.n == 2.0")]
    [InlineData("{'a': 1}['a'] == 1")]
    [InlineData("string(self.i) == '7'")]
    [InlineData("self.list.map(x, x) == [1]")]
    [InlineData("self.?i.hasValue()")]
    [InlineData("self.with__dash__dash == 1")]
    [InlineData("1u == 1u")]
    [InlineData("0x10 == 16")]
    [InlineData("b'x' == b'x'")]
    [InlineData("r'x' == 'x'")]
    [InlineData("'''x''' == 'x'")]
    [InlineData("'ABC'.lowerAscii() == 'abc'")]
    [InlineData("timestamp('2026-01-01T00:00:00Z') > self.time")]
    [InlineData("self.set + ['b'] == ['b']")]
    [InlineData("self.list.all(x, self.list.all(y, self.list.all(z, x == y || y == z)))")]
    [InlineData("self.long.all(x, self.long.all(y, x == y))")]
    public void A_rule_that_is_wrong_or_not_known_here_is_not_simulated(string rule) =>
        Assert.StartsWith(
            "not supported by the simulated API server: ",
            Assert.Throws<NotSimulatedException>(() => Compile(rule)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("""{"rule": "self.b", "reason": "FieldValueForbidden"}""")]
    [InlineData("""{"rule": "self.b", "fieldPath": ".i"}""")]
    [InlineData("""{"rule": "self.b", "messageExpression": "self.s"}""")]
    [InlineData("""{"rule": "self.b", "message": "two\nlines"}""")]
    [InlineData("""{"rule": " "}""")]
    public void A_rule_with_more_than_a_message_is_not_simulated(string rule) => Assert.Throws<NotSimulatedException>(() => SchemaWith(rule));

    [Fact]
    public void A_rule_without_a_message_is_quoted() => Assert.Equal(["<nil>: Invalid value: failed rule: self.i < 5"], Evaluate("self.i < 5"));

    [Fact]
    public void A_transition_rule_waits_for_an_update()
    {
        var schema = Compile("self.i >= oldSelf.i");
        var old = JsonNode.Parse(Object)!.AsObject();
        var now = old.DeepClone().AsObject();
        now["i"] = 6;

        Assert.Empty(schema.Validate(now, null));
        Assert.Single(schema.Validate(now, old));
        Assert.Empty(schema.Validate(old, now));
    }

    [Fact]
    public void A_rule_on_items_of_a_map_list_meets_the_old_item_of_the_same_key()
    {
        var schema = CustomResourceSchema.Parse(
            JsonNode
                .Parse(
                    """
                    {"type": "object", "properties": {"l": {
                      "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                      "items": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "v": {"type": "integer"}},
                        "x-kubernetes-validations": [{"rule": "self.v == oldSelf.v", "message": "fixed"}]}}}}
                    """
                )!
                .AsObject()
        );
        var old = JsonNode.Parse("""{"l": [{"k": "a", "v": 1}, {"k": "b", "v": 2}]}""")!.AsObject();

        Assert.Empty(schema.Validate(JsonNode.Parse("""{"l": [{"k": "b", "v": 2}, {"k": "c", "v": 9}]}""")!.AsObject(), old));
        Assert.Equal(
            "l[0]: Invalid value: fixed",
            Assert.Single(schema.Validate(JsonNode.Parse("""{"l": [{"k": "b", "v": 3}]}""")!.AsObject(), old)).ToString()
        );
    }

    private static string[] Evaluate(string rule) => [.. Compile(rule).Validate(JsonNode.Parse(Object)!.AsObject(), null).Select(e => e.ToString())];

    private static CustomResourceSchema Compile(string rule) => SchemaWith(new JsonObject { ["rule"] = rule }.ToJsonString());

    private static CustomResourceSchema SchemaWith(string rule)
    {
        var schema = JsonNode.Parse(Schema)!.AsObject();
        schema["x-kubernetes-validations"] = new JsonArray(JsonNode.Parse(rule));
        return CustomResourceSchema.Parse(schema);
    }
}
