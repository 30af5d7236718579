using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// The rules of <c>x-kubernetes-validations</c>. A transition rule runs only where there is an old value to compare with; the failure of
/// any other rule is forgiven where the value did not change.
/// </summary>
internal sealed class RuleValidation
{
    private readonly FieldPath path = new();
    private readonly List<FieldError> errors = [];

    public static List<FieldError> Check(JsonObject map, JsonObject? old, SchemaNode schema)
    {
        var validation = new RuleValidation();
        validation.Value(map, old, schema);
        return validation.errors;
    }

    private void Value(JsonNode? value, JsonNode? old, SchemaNode schema)
    {
        if (value is null || !schema.HasRules)
        {
            return;
        }

        if (schema.Rules.Length > 0)
        {
            Rules(value, old, schema, schema.Rules);
        }

        foreach (var part in schema.AllOf)
        {
            if (part.Rules.Length > 0)
            {
                Rules(value, old, schema, part.Rules);
            }
        }

        switch (value)
        {
            case JsonObject map:
                var oldMap = old as JsonObject;
                foreach (var (name, child) in map)
                {
                    if (schema.Child(name) is not { HasRules: true } childSchema)
                    {
                        continue;
                    }

                    if (schema.Properties.ContainsKey(name))
                    {
                        path.EnterField(name);
                    }
                    else
                    {
                        path.EnterKey(name);
                    }

                    Value(child, schema.IsAtomicMap ? null : oldMap?[name], childSchema);
                    path.Leave();
                }

                break;
            case JsonArray list when schema.Items is { HasRules: true } items:
                var oldList = old as JsonArray;
                for (var i = 0; i < list.Count; i++)
                {
                    path.EnterItem(i);
                    Value(list[i], MapLists.FindOld(list[i], oldList, schema), items);
                    path.Leave();
                }

                break;
        }
    }

    private void Rules(JsonNode value, JsonNode? old, SchemaNode schema, SchemaRule[] rules)
    {
        var self = CelProgram.ToValue(value, schema);
        CelValue? oldSelf = old is null ? null : CelProgram.ToValue(old, schema);
        foreach (var rule in rules)
        {
            CelValue given;
            if (rule.OptionalOldSelf)
            {
                given = oldSelf is { } known ? CelValue.Some(known) : CelValue.None;
            }
            else if (oldSelf is { } known)
            {
                given = known;
            }
            else if (rule.Program.UsesOldSelf)
            {
                continue;
            }
            else
            {
                given = default;
            }

            var outcome = rule.Program.Run(self, given);
            if (outcome.IsTrue)
            {
                continue;
            }

            if (!outcome.IsFalse)
            {
                errors.Add(new FieldError(path.ToBracketed(), FieldErrorReasons.Invalid, Invalid(schema, Failure(outcome, rule))));
            }
            else if (rule.Program.UsesOldSelf || old is null || !JsonNode.DeepEquals(value, old))
            {
                errors.Add(Broken(rule, self, given, schema));
            }
        }
    }

    private FieldError Broken(SchemaRule rule, CelValue self, CelValue oldSelf, SchemaNode schema)
    {
        var at = path.ToBracketed();
        if (rule.FieldPath is not null)
        {
            at =
                at == FieldPath.Root ? rule.FieldPath
                : rule.FieldPath[0] == '[' ? at + rule.FieldPath
                : $"{at}.{rule.FieldPath}";
        }

        var detail = Message(rule, self, oldSelf);
        var message = rule.Reason switch
        {
            FieldErrorReasons.Forbidden => $"Forbidden: {detail}",
            FieldErrorReasons.Required => $"Required value: {detail}",
            FieldErrorReasons.Duplicate => $"Duplicate value: {GoText.Quote(TypeName(schema))}",
            _ => Invalid(schema, detail),
        };
        return new FieldError(at, rule.Reason, message);
    }

    private static string Message(SchemaRule rule, CelValue self, CelValue oldSelf)
    {
        if (rule.MessageExpression?.Run(self, oldSelf) is { Kind: CelKind.String } computed)
        {
            var text = computed.AsString.Trim();
            if (text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal))
            {
                return text;
            }
        }

        return rule.Message ?? $"failed rule: {rule.Name}";
    }

    private static string Failure(CelValue outcome, SchemaRule rule)
    {
        var reason = outcome.IsError ? outcome.AsString : "no such overload";
        return reason == "no such overload"
            ? $"'{reason}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Name}"
            : $"{reason} evaluating rule: {rule.Name}";
    }

    private static string Invalid(SchemaNode schema, string detail) => $"Invalid value: {GoText.Quote(TypeName(schema))}: {detail}";

    private static string TypeName(SchemaNode schema) => schema.Type == SchemaType.Any ? "" : schema.Type.ToString().ToLowerInvariant();
}
