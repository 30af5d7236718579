using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// The rules of <c>x-kubernetes-validations</c>. A transition rule runs only where there is an old
/// value to compare with; the failure of any other rule is a warning where the value did not
/// change.
/// </summary>
internal sealed class RuleValidation
{
    private readonly FieldPath _path = new();
    private readonly List<FieldError> _errors = [];
    private readonly List<string> _warnings = [];

    public static (IReadOnlyList<FieldError> Errors, IReadOnlyList<string> Warnings) Check(JsonNode value, JsonNode? old, SchemaNode schema)
    {
        var validation = new RuleValidation();
        validation.Value(value, old, schema, isUnchanged: false);
        return (validation._errors, validation._warnings);
    }

    private void Value(JsonNode? value, JsonNode? old, SchemaNode schema, bool isUnchanged)
    {
        if (value is null || !schema.HasRules)
        {
            return;
        }

        // Where items have no old value of their own, that of the list around them tells.
        isUnchanged = old is null ? isUnchanged : JsonNode.DeepEquals(value, old);
        Rules(value, old, schema, isUnchanged);
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, child) in map)
                {
                    if (schema.Child(name) is { HasRules: true } childSchema)
                    {
                        _path.Enter(name, isKey: !schema.Properties.ContainsKey(name));
                        Value(child, (old as JsonObject)?[name], childSchema, isUnchanged);
                        _path.Leave();
                    }
                }

                break;
            case JsonArray list when schema.Items is { HasRules: true } items:
                for (var i = 0; i < list.Count; i++)
                {
                    _path.EnterItem(i);
                    Value(list[i], MapLists.FindOld(list[i], old as JsonArray, schema), items, isUnchanged);
                    _path.Leave();
                }

                break;
        }
    }

    private void Rules(JsonNode value, JsonNode? old, SchemaNode schema, bool isUnchanged)
    {
        if (schema.Rules.Length == 0)
        {
            return;
        }

        var scope = new CelScope(SchemaTypes.Self, CelJson.ToValue(value, schema), Outer: null);
        scope = old is null ? scope : new CelScope(SchemaTypes.OldSelf, CelJson.ToValue(old, schema), scope);
        foreach (var rule in schema.Rules)
        {
            if (rule.UsesOldSelf && old is null)
            {
                continue;
            }

            var outcome = rule.Program.Run(scope);
            if (outcome is true)
            {
                continue;
            }

            var error = outcome is CelError failed ? Failure(failed, rule, schema) : Broken(rule, value);
            if (isUnchanged && !rule.UsesOldSelf)
            {
                _warnings.Add(error.ToString());
            }
            else
            {
                _errors.Add(error);
            }
        }
    }

    private FieldError Broken(SchemaRule rule, JsonNode value)
    {
        var bad = value is JsonValue ? $": {GoText.Value(value)}" : "";
        return new FieldError(_path.ToBracketed(), FieldErrorReasons.Invalid, $"Invalid value{bad}: {rule.Message ?? $"failed rule: {rule.Name}"}");
    }

    private FieldError Failure(CelError outcome, SchemaRule rule, SchemaNode schema)
    {
        var detail = $"{outcome.Describe(rule.Source)} evaluating rule: {rule.Name}";
        var type = schema.Type.ToString().ToLowerInvariant();
        return new FieldError(_path.ToBracketed(), FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(type)}: {detail}");
    }
}
