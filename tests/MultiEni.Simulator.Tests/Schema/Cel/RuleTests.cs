using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Tests.Schema.Cel;

/// <summary>What the language of rules means: each row is a rule at the root of an object that has the fields used.</summary>
public sealed class RuleTests
{
    private const string Schema = """
        {
          "type": "object",
          "properties": {
            "i": {"type": "integer"}, "n": {"type": "number"}, "s": {"type": "string"}, "b": {"type": "boolean"},
            "absent": {"type": "integer"}, "nothing": {"type": "string", "nullable": true},
            "list": {"type": "array", "items": {"type": "integer"}},
            "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "time": {"type": "string", "format": "date-time"},
            "any": {"x-kubernetes-int-or-string": true},
            "with-dash": {"type": "integer"}, "namespace": {"type": "integer"}
          }
        }
        """;

    private const string Object = """
        {
          "metadata": {"name": "x"}, "i": 7, "n": 2, "s": "héllo😀", "b": true, "nothing": null, "list": [1, 2, 3], "set": ["a", "b"],
          "map": {"k": "v", "with.dot": "w"}, "time": "2026-01-01T00:00:00Z", "any": "50%", "with-dash": 1, "namespace": 2
        }
        """;

    [Theory]
    [InlineData("self.i == 7")]
    [InlineData("self.i + 1 * 2 == 9")]
    [InlineData("(self.i + 1) * 2 == 16")]
    [InlineData("-7 / 2 == -3 && -7 % 2 == -1")]
    [InlineData("7 - 2 - 1 == 4")]
    [InlineData("-self.i == -7")]
    [InlineData("self.n == 2.0 && self.n / 4.0 == 0.5")]
    [InlineData("self.i > 6.5 && 1u < 2 && dyn(1) == dyn(1u) && dyn(1) == dyn(1.0)")]
    [InlineData("0x10 == 16 && 1e3 == 1000.0 && .5 == 0.5 && 5u == 5u")]
    [InlineData("-9223372036854775808 < 9223372036854775807")]
    [InlineData("size(self.s) == 6 && self.s.size() == 6")]
    [InlineData("'abc' < 'abd' && 'a' + 'b' == 'ab' && \"q\" == 'q' && r'\\d' == '\\\\d' && '''x''' == 'x'")]
    [InlineData("'\\u00e9\\x41\\n' == 'éA\\n'")]
    [InlineData("self.s.startsWith('h') && self.s.endsWith('😀') && self.s.contains('llo')")]
    [InlineData("self.s.matches('l+') && !self.s.matches('^l') && 'a\\n'.matches('^a$') == false")]
    [InlineData("'٣'.matches('\\\\d') == false")]
    [InlineData("'ABC'.lowerAscii() == 'abc' && 'abÉ'.upperAscii() == 'ABÉ'")]
    [InlineData("'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && ' x '.trim() == 'x'")]
    [InlineData("'hello'.substring(1, 3) == 'el' && 'hello'.indexOf('l') == 2 && 'hello'.replace('l', 'L') == 'heLLo'")]
    [InlineData("self.b ? self.i == 7 : false")]
    [InlineData("false ? false : true ? true : false")]
    [InlineData("has(self.i) && !has(self.absent) && has(self.map.k) && !has(self.map.z)")]
    [InlineData("self.nothing == null")]
    [InlineData("self.list[0] == 1 && 2 in self.list && !(5 in self.list)")]
    [InlineData("self.map['k'] == 'v' && self.map.k == 'v' && self.map['with.dot'] == 'w' && 'k' in self.map")]
    [InlineData("self.list.all(x, x > 0) && self.list.exists(x, x == 2) && self.list.exists_one(x, x > 2)")]
    [InlineData("self.list.map(x, x * 2) == [2, 4, 6] && self.list.filter(x, x > 1) == [2, 3] && self.list.map(x, x > 1, x * 10) == [20, 30]")]
    [InlineData("self.list.all(x, self.list.exists(y, y == x))")]
    [InlineData("self.map.all(k, size(k) > 0) && size(self.map) == 2")]
    [InlineData("[].all(x, x == 1) && ![].exists(x, x == 1)")]
    [InlineData("self.set == ['b', 'a'] && self.list != [3, 2, 1]")]
    [InlineData("size(self.set + ['b', 'c']) == 3 && size(self.list + [3]) == 4")]
    [InlineData("{'a': 1}['a'] == 1 && {'a': 1, 'b': 2} == {'b': 2, 'a': 1}")]
    [InlineData("self.list.sum() == 6 && self.list.max() == 3 && self.list.isSorted()")]
    [InlineData("string(self.i) == '7' && int('42') == 42 && double('1.5') == 1.5 && int(2.9) == 2 && bool('true')")]
    [InlineData("self.time < timestamp('2026-01-02T00:00:00Z') && timestamp('2026-01-02T00:00:00Z') - self.time == duration('24h')")]
    [InlineData("duration('1h30m') > duration('89m')")]
    [InlineData("self.any == '50%' || self.any == 3")]
    [InlineData("self.with__dash__dash == 1")]
    [InlineData("self.metadata.name == 'x'")]
    [InlineData("self.__namespace__ == 2")]
    [InlineData("// a comment\nself.b")]
    public void A_rule_that_holds(string rule) => Assert.Empty(Evaluate(rule));

    [Theory]
    [InlineData("self.absent == 1 || true")]
    [InlineData("true || self.absent == 1")]
    [InlineData("!(self.absent == 1 && false)")]
    [InlineData("!(false && self.absent == 1)")]
    [InlineData("self.list.exists(x, 1 / (x - 1) > 5 || x == 3)")]
    [InlineData("!self.list.all(x, 1 / (x - 1) == 5)")]
    public void A_decided_side_absorbs_the_failure_of_the_other(string rule) => Assert.Empty(Evaluate(rule));

    [Theory]
    [InlineData("self.absent == 1", "no such key: absent")]
    [InlineData("self.absent == 1 && true", "no such key: absent")]
    [InlineData("self.list[5] == 1", "index out of bounds: 5")]
    [InlineData("self.map['z'] == 'v'", "no such key: z")]
    [InlineData("self.i / 0 == 1", "division by zero")]
    [InlineData("self.i % 0 == 1", "modulus by zero")]
    [InlineData("9223372036854775807 + self.i > 0", "integer overflow")]
    [InlineData("-9223372036854775808 - self.i > 0", "integer overflow")]
    [InlineData("1u - 2u == 0u", "unsigned integer overflow")]
    [InlineData("int('x') == 1", "type conversion error from 'string' to 'int'")]
    [InlineData("self.list.map(x, 1 / (x - 1)) == [1]", "division by zero")]
    public void A_failure_that_nothing_absorbs_is_reported(string rule, string failure) =>
        Assert.Equal([$"<nil>: Invalid value: \"object\": {failure} evaluating rule: {rule}"], Evaluate(rule));

    [Fact]
    public void A_value_of_the_wrong_dynamic_type_is_a_failure() =>
        Assert.Equal(
            [
                "<nil>: Invalid value: \"object\": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.any > 3",
            ],
            Evaluate("self.any > 3")
        );

    [Theory]
    [InlineData("self.i ==", 9, "Syntax error: mismatched input '<EOF>'")]
    [InlineData("self.i == == 1", 10, "Syntax error: unexpected '=='")]
    [InlineData("(self.i == 1", 12, "Syntax error: mismatched input '<EOF>'")]
    [InlineData("self.i == 'x", 10, "Syntax error: unterminated string literal")]
    [InlineData("self.i # 1", 7, "Syntax error: token recognition error at: '#'")]
    [InlineData("self.i == 9223372036854775808", 10, "invalid int literal")]
    [InlineData("self.typo == 1", 4, "undefined field 'typo'")]
    [InlineData("has(self.typo)", 0, "undefined field 'typo'")]
    [InlineData("slf.i == 1", 0, "undeclared reference to 'slf' (in container '')")]
    [InlineData("self.s.lower() == 'x'", 6, "undeclared reference to 'lower' (in container '')")]
    [InlineData("self.i == 'x'", 7, "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("self.i && true", 7, "found no matching overload for '_&&_' applied to '(int)'")]
    [InlineData("self.s.startsWith(1)", 6, "found no matching overload for 'startsWith' applied to '(string, int)'")]
    [InlineData("self.s.matches('(')", 15, "invalid matches argument")]
    [InlineData("self.i.all(x, true)", 6, "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)")]
    [InlineData("self.i", 0, "cel expression must evaluate to a bool")]
    [InlineData("has(self)", 0, "invalid argument to has() macro")]
    [InlineData("self.list.all(x.y, true)", 15, "argument must be a simple name")]
    public void A_rule_that_cannot_work_is_refused_with_its_place(string rule, int offset, string finding)
    {
        var error = Assert.Single(Assert.Throws<CustomResourceSchemaException>(() => Compile(rule)).Errors);

        Assert.Equal("openAPIV3Schema.x-kubernetes-validations[0].rule", error.Path);
        Assert.Equal(FieldErrorReasons.Invalid, error.Reason);
        Assert.Contains($"compilation failed: ERROR: <input>:1:{offset + 1}: {finding}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"\n | {rule}\n | {new string('.', offset)}^", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_may_choose_reason_path_and_words()
    {
        var schema = SchemaWith(
            """{"rule": "self.i < 5", "messageExpression": "'i is ' + string(self.i) + ', at most 4'", "message": "unused", "reason": "FieldValueForbidden", "fieldPath": ".i"}"""
        );

        Assert.Equal(
            [new FieldError("i", FieldErrorReasons.Forbidden, "Forbidden: i is 7, at most 4")],
            schema.Validate(JsonNode.Parse(Object)!.AsObject(), null)
        );
    }

    [Fact]
    public void A_message_that_cannot_be_computed_gives_way_to_the_fixed_one()
    {
        var schema = SchemaWith("""{"rule": "self.i < 5", "messageExpression": "string(self.absent)", "message": "too large"}""");

        Assert.Equal("Invalid value: \"object\": too large", Assert.Single(schema.Validate(JsonNode.Parse(Object)!.AsObject(), null)).Message);
    }

    [Fact]
    public void A_rule_without_a_message_is_quoted() =>
        Assert.Equal(["<nil>: Invalid value: \"object\": failed rule: self.i < 5"], Evaluate("self.i < 5"));

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
    public void A_transition_rule_with_an_optional_old_value_runs_on_creation_too()
    {
        var schema = SchemaWith(
            """{"rule": "oldSelf.hasValue() ? oldSelf.value().i == self.i : self.i == 1", "optionalOldSelf": true, "message": "m"}"""
        );
        var obj = JsonNode.Parse(Object)!.AsObject();

        Assert.Single(schema.Validate(obj, null));
        Assert.Empty(schema.Validate(obj, obj.DeepClone().AsObject()));
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
            "l[0]: Invalid value: \"object\": fixed",
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
