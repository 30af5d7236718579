using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Types, bounds, patterns, enumerations and formats. On an update a part that did not change is not checked again (ratcheting), so that
/// objects from before a schema grew stricter can still be written.
/// </summary>
internal sealed class ValueValidation
{
    private readonly FieldPath path = new();
    private readonly List<FieldError> errors = [];

    public static List<FieldError> Check(JsonObject map, JsonObject? old, SchemaNode schema)
    {
        var validation = new ValueValidation();
        validation.Value(map, old, schema);
        return validation.errors;
    }

    private void Value(JsonNode? value, JsonNode? old, SchemaNode schema)
    {
        if (old is not null && JsonNode.DeepEquals(value, old))
        {
            return;
        }

        if (value is null)
        {
            Null(schema);
            return;
        }

        Type(value, schema);
        Junctors(value, schema);
        switch (value)
        {
            case JsonObject map:
                Enumeration(value, schema);
                Map(map, old as JsonObject, schema);
                break;
            case JsonArray list:
                List(list, old as JsonArray, schema);
                Enumeration(value, schema);
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                Text(scalar.GetValue<string>(), scalar, schema);
                Enumeration(value, schema);
                break;
            case JsonValue scalar:
                if (scalar.GetValueKind() == JsonValueKind.Number)
                {
                    Number(JsonNumber.Read(scalar), schema);
                }

                Enumeration(value, schema);
                break;
        }
    }

    private void Null(SchemaNode schema)
    {
        if (!schema.IsNullable && (schema.Type != SchemaType.Any || schema.IsIntOrString))
        {
            WrongType(null, schema);
        }
        else if (schema.Enum is not null)
        {
            Enumeration(null, schema);
        }
    }

    private void Type(JsonNode value, SchemaNode schema)
    {
        var fits = (schema, value) switch
        {
            ({ IsIntOrString: true }, JsonValue scalar) => scalar.GetValueKind() == JsonValueKind.String
                || (scalar.GetValueKind() == JsonValueKind.Number && JsonNumber.Read(scalar).IsWhole),
            ({ IsIntOrString: true }, _) => false,
            ({ Type: SchemaType.Any }, _) => true,
            ({ Type: SchemaType.Object }, JsonObject) or ({ Type: SchemaType.Array }, JsonArray) => true,
            (_, JsonValue scalar) => scalar.GetValueKind() switch
            {
                JsonValueKind.String => schema.Type == SchemaType.String,
                JsonValueKind.True or JsonValueKind.False => schema.Type == SchemaType.Boolean,
                _ => schema.Type == SchemaType.Number || (schema.Type == SchemaType.Integer && JsonNumber.Read(scalar).IsWhole),
            },
            _ => false,
        };
        if (!fits)
        {
            WrongType(value, schema);
        }
    }

    private void WrongType(JsonNode? value, SchemaNode schema)
    {
        var wanted = schema.IsIntOrString ? "integer,string" : schema.Type.ToString().ToLowerInvariant();
        var given = GoText.Quote(GoText.TypeName(value));
        Add(FieldErrorReasons.TypeInvalid, $"Invalid value: {given}: {Body()} must be of type {wanted}: {given}");
    }

    private void Enumeration(JsonNode? value, SchemaNode schema)
    {
        if (schema.Enum is null)
        {
            return;
        }

        foreach (var allowed in schema.Enum)
        {
            if (JsonNode.DeepEquals(allowed, value))
            {
                return;
            }
        }

        var supported = string.Join(
            ", ",
            schema.Enum.Select(static allowed =>
                GoText.Quote(allowed is JsonValue text && text.TryGetValue<string>(out var word) ? word : allowed?.ToJsonString() ?? "null")
            )
        );
        Add(FieldErrorReasons.NotSupported, $"Unsupported value: {GoText.Value(value)}: supported values: {supported}");
    }

    private void Text(string text, JsonNode node, SchemaNode schema)
    {
        if (schema.MaxLength is null && schema.MinLength is null && schema.PatternExpression is null && schema.Format is null)
        {
            return;
        }

        var length = CelFunctions.Length(text);
        if (length > schema.MaxLength)
        {
            Add(FieldErrorReasons.TooLong, $"Too long: may not be more than {schema.MaxLength} {(schema.MaxLength == 1 ? "byte" : "bytes")}");
        }

        if (length < schema.MinLength)
        {
            Invalid(node, $"{Body()} should be at least {schema.MinLength} chars long");
        }

        if (schema.PatternExpression is { } pattern && !pattern.IsMatch(text))
        {
            Invalid(node, $"{Body()} should match '{schema.Pattern}'");
        }

        if (schema.Type == SchemaType.String && !StringFormats.Fits(schema.Format, text))
        {
            Add(
                FieldErrorReasons.TypeInvalid,
                $"Invalid value: {GoText.Quote(text)}: {Body()} must be of type {schema.Format}: {GoText.Quote(text)}"
            );
        }
    }

    private void Number(JsonNumber number, SchemaNode schema)
    {
        if (schema.Type == SchemaType.Integer && schema.Format == "int32" && (number.Real is > int.MaxValue or < int.MinValue))
        {
            // This finding carries no path of its own in the API server either.
            errors.Add(
                new FieldError(
                    FieldPath.Root,
                    FieldErrorReasons.Invalid,
                    $"Invalid value: \"\": Checked value must be of type integer with format int32 in {path.ToDotted()}"
                )
            );
        }

        if (schema.MultipleOf is { } factor && factor.Real > 0 && Math.IEEERemainder(number.Real, factor.Real) != 0)
        {
            Bound(number, "should be a multiple of", factor);
        }

        if (schema.Maximum is { } maximum && number.Compare(maximum) is var above && (above > 0 || (above == 0 && schema.ExclusiveMaximum)))
        {
            Bound(number, schema.ExclusiveMaximum ? "should be less than" : "should be less than or equal to", maximum);
        }

        if (schema.Minimum is { } minimum && number.Compare(minimum) is var below && (below < 0 || (below == 0 && schema.ExclusiveMinimum)))
        {
            Bound(number, schema.ExclusiveMinimum ? "should be greater than" : "should be greater than or equal to", minimum);
        }
    }

    private void Bound(JsonNumber number, string relation, JsonNumber bound) =>
        Add(FieldErrorReasons.Invalid, $"Invalid value: {number}: {Body()} {relation} {bound}");

    private void List(JsonArray list, JsonArray? old, SchemaNode schema)
    {
        if (list.Count < schema.MinItems)
        {
            Count(list.Count, "should have at least", schema.MinItems.Value, "items");
        }

        if (list.Count > schema.MaxItems)
        {
            TooMany(list.Count, schema.MaxItems.Value);
        }

        if (schema.Items is not { } items)
        {
            return;
        }

        for (var i = 0; i < list.Count; i++)
        {
            path.EnterItem(i);
            Value(list[i], MapLists.FindOld(list[i], old, schema), items);
            path.Leave();
        }
    }

    private void Map(JsonObject map, JsonObject? old, SchemaNode schema)
    {
        if (map.Count < schema.MinProperties)
        {
            Count(map.Count, "should have at least", schema.MinProperties.Value, "properties");
            return;
        }

        if (map.Count > schema.MaxProperties)
        {
            TooMany(map.Count, schema.MaxProperties.Value);
            return;
        }

        foreach (var (name, value) in map)
        {
            if (schema.Child(name) is { } child)
            {
                path.EnterField(name);
                Value(value, old?[name], child);
                path.Leave();
            }
        }

        foreach (var name in schema.Required)
        {
            if (!map.ContainsKey(name))
            {
                path.EnterField(name);
                Add(FieldErrorReasons.Required, "Required value");
                path.Leave();
            }
        }
    }

    private void Junctors(JsonNode value, SchemaNode schema)
    {
        if (schema.AllOf.Length == 0 && schema.AnyOf.Length == 0 && schema.OneOf.Length == 0 && schema.Not is null)
        {
            return;
        }

        foreach (var part in schema.AllOf)
        {
            Value(value, old: null, part);
        }

        if (schema.AnyOf.Length > 0 && CountFitting(value, schema.AnyOf) == 0)
        {
            Junctor("must validate at least one schema (anyOf)");
        }

        if (schema.OneOf.Length > 0 && CountFitting(value, schema.OneOf) is var fitting && fitting != 1)
        {
            Junctor(
                $"must validate one and only one schema (oneOf). Found {(fitting == 0 ? "none" : fitting.ToString(CultureInfo.InvariantCulture))} valid"
            );
        }

        if (schema.Not is { } not && CountFitting(value, [not]) == 1)
        {
            Junctor("must not validate the schema (not)");
        }
    }

    private void Junctor(string finding) =>
        errors.Add(new FieldError(FieldPath.Root, FieldErrorReasons.Invalid, $"Invalid value: \"\": {GoText.Quote(Name())} {finding}"));

    private int CountFitting(JsonNode value, SchemaNode[] parts)
    {
        var count = 0;
        foreach (var part in parts)
        {
            var before = errors.Count;
            Value(value, old: null, part);
            count += errors.Count == before ? 1 : 0;
            errors.RemoveRange(before, errors.Count - before);
        }

        return count;
    }

    private void Count(int count, string relation, long bound, string unit) =>
        Add(FieldErrorReasons.Invalid, $"Invalid value: {count}: {Body()} {relation} {bound} {unit}");

    private void TooMany(int count, long bound) =>
        Add(FieldErrorReasons.TooMany, $"Too many: {count}: must have at most {bound} {(bound == 1 ? "item" : "items")}");

    private void Invalid(JsonNode? value, string finding) => Add(FieldErrorReasons.Invalid, $"Invalid value: {GoText.Value(value)}: {finding}");

    private void Add(string reason, string message) => errors.Add(new FieldError(path.ToDotted(), reason, message));

    private string Name() => path.ToDotted() is var name && name == FieldPath.Root ? "" : name;

    private string Body() => $"{Name()} in body";
}
