using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Types, bounds, patterns, enumerations and formats. On an update a part that did not change is
/// not checked again (ratcheting), so that objects from before a schema grew stricter can still be
/// written.
/// </summary>
internal sealed partial class ValueValidation
{
    private readonly FieldPath _path = new();
    private readonly List<FieldError> _errors = [];

    public static List<FieldError> Check(JsonNode value, JsonNode? old, SchemaNode schema)
    {
        var validation = new ValueValidation();
        validation.Value(value, old, schema);
        return validation._errors;
    }

    private void Value(JsonNode? value, JsonNode? old, SchemaNode schema)
    {
        if (old is not null && JsonNode.DeepEquals(value, old))
        {
            return;
        }

        if (value is null)
        {
            WrongType("\"null\"", TypeName(schema));
            return;
        }

        Type(value, schema);
        switch (value)
        {
            case JsonObject map:
                Enumeration(value, schema);
                Map(map, old as JsonObject, schema);
                return;
            case JsonArray list:
                List(list, old as JsonArray, schema);
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                Text(scalar.GetValue<string>(), scalar, schema);
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.Number:
                Number(JsonNumber.Read(scalar), schema);
                break;
        }

        Enumeration(value, schema);
    }

    // As https://pkg.go.dev/k8s.io/kube-openapi/pkg/validation/validate tells types: a value that
    // is no text and no list is asked for the format.
    private void Type(JsonNode value, SchemaNode schema)
    {
        var given = GoText.TypeName(value);
        var isFitting =
            given == TypeName(schema)
            || (schema.Type == SchemaType.Number && given == "integer")
            || (schema.Type == SchemaType.Integer && given == "number" && JsonNumber.Read(value.AsValue()).IsWhole);
        if (isFitting || (schema is { Type: SchemaType.String, Format: not null } && value is JsonArray))
        {
            return;
        }

        if (schema.Format is { } format && given is not ("string" or "array"))
        {
            var givenFormat =
                given == "number" ? "float64"
                : given == "integer" ? "int64"
                : "";
            WrongType(GoText.Quote(givenFormat), format);
        }
        else
        {
            WrongType(GoText.Quote(given), TypeName(schema));
        }
    }

    private static string TypeName(SchemaNode schema) => schema.Type.ToString().ToLowerInvariant();

    private void WrongType(string given, string wanted) =>
        Add(FieldErrorReasons.TypeInvalid, $"Invalid value: {given}: {Body()} must be of type {wanted}: {given}");

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

        if (schema.Type == SchemaType.String && schema.Format == "date-time" && !IsDateTime(text))
        {
            // Below the items of a list, the text of this finding lacks the first step of its path.
            var where = _path.ToDotted();
            where = where.Contains("].", StringComparison.Ordinal) ? where[(where.IndexOf('.', StringComparison.Ordinal) + 1)..] : where;
            var given = GoText.Quote(text);
            Add(FieldErrorReasons.TypeInvalid, $"Invalid value: {given}: {where} in body must be of type {schema.Format}: {given}");
        }
    }

    // As leniently as https://pkg.go.dev/github.com/go-openapi/strfmt checks it.
    private static bool IsDateTime(string text) =>
        text.Length > 10
        && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && TimeOfDay().IsMatch(text[10..]);

    private void Number(JsonNumber number, SchemaNode schema)
    {
        if (schema.Type == SchemaType.Integer && !IsWithinFormat(number, schema.Format))
        {
            // This finding carries no path of its own in the API server either.
            var format = schema.Format is null ? "(default format)" : $"with format {schema.Format}";
            _errors.Add(
                new FieldError(
                    FieldPath.Root,
                    FieldErrorReasons.Invalid,
                    $"Invalid value: \"\": Checked value must be of type integer {format} in {_path.ToDotted()}"
                )
            );
        }

        if (schema.Maximum is { } maximum && number.Compare(maximum) > 0)
        {
            Bound(number, "should be less than or equal to", maximum);
        }

        if (schema.Minimum is { } minimum && number.Compare(minimum) < 0)
        {
            Bound(number, "should be greater than or equal to", minimum);
        }
    }

    private static bool IsWithinFormat(JsonNumber number, string? format) =>
        number.IsWhole && (format == "int32" ? number.Real is <= int.MaxValue and >= int.MinValue : number.Real is < 9.3e18 and > -9.3e18);

    private void Bound(JsonNumber number, string relation, JsonNumber bound) =>
        Add(FieldErrorReasons.Invalid, $"Invalid value: {number}: {Body()} {relation} {GoText.Real(bound.Real)}");

    private void List(JsonArray list, JsonArray? old, SchemaNode schema)
    {
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
            _path.EnterItem(i);
            Value(list[i], MapLists.FindOld(list[i], old, schema), items);
            _path.Leave();
        }
    }

    private void Map(JsonObject map, JsonObject? old, SchemaNode schema)
    {
        if (map.Count > schema.MaxProperties)
        {
            TooMany(map.Count, schema.MaxProperties.Value);
            return;
        }

        foreach (var (name, value) in map)
        {
            if (schema.Child(name) is { } child)
            {
                _path.EnterField(name);
                Value(value, old?[name], child);
                _path.Leave();
            }
        }

        foreach (var name in schema.Required)
        {
            if (!map.ContainsKey(name))
            {
                _path.EnterField(name);
                Add(FieldErrorReasons.Required, "Required value");
                _path.Leave();
            }
        }
    }

    private void TooMany(int count, long bound) =>
        Add(FieldErrorReasons.TooMany, $"Too many: {count}: must have at most {bound} {(bound == 1 ? "item" : "items")}");

    private void Invalid(JsonNode? value, string finding) => Add(FieldErrorReasons.Invalid, $"Invalid value: {GoText.Value(value)}: {finding}");

    private void Add(string reason, string message) => _errors.Add(new FieldError(_path.ToDotted(), reason, message));

    private string Body() => $"{(_path.ToDotted() is var name && name == FieldPath.Root ? "" : name)} in body";

    [GeneratedRegex(@"^[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.None, 1000)]
    private static partial Regex TimeOfDay();
}
