using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Compiles <c>x-kubernetes-validations</c>.</summary>
internal sealed class RuleCompiler(List<FieldError> errors)
{
    // What one run of a rule may cost on a server, and all that an object needs: https://pkg.go.dev/k8s.io/apiserver/pkg/apis/cel#pkg-constants. What a
    // server allows a definition to be estimated at is ten times as much.
    private const double CallLimit = 1_000_000;
    private const double ObjectLimit = 10_000_000;

    private static readonly string[] Reasons =
    [
        FieldErrorReasons.Duplicate,
        FieldErrorReasons.Forbidden,
        FieldErrorReasons.Invalid,
        FieldErrorReasons.Required,
    ];

    private double _cost;

    /// <summary>The rules that stand at a node.</summary>
    public SchemaRule[] Compile(JsonObject json, SchemaNode node, SchemaPlace place)
    {
        var rules = new List<SchemaRule>();
        foreach (var (index, rule) in (json["x-kubernetes-validations"] as JsonArray ?? []).OfType<JsonObject>().Index())
        {
            var before = errors.Count;
            Check(rule, node, $"{place.Path}.x-kubernetes-validations[{index}]");
            if (errors.Count == before && Compile(rule, node, place, index) is { } compiled)
            {
                rules.Add(compiled);
            }
        }

        return [.. rules];
    }

    private void Check(JsonObject rule, SchemaNode node, string path)
    {
        var source = (rule.Text("rule") ?? "").Trim();
        if (source.Length == 0)
        {
            Add($"{path}.rule", FieldErrorReasons.Required, "Required value: rule is not specified");
        }

        var message = rule.Text("message") ?? "";
        if (message.Length > 0 && string.IsNullOrWhiteSpace(message))
        {
            Add($"{path}.message", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(message)}: must be non-empty if specified");
        }
        else if (message.Trim().Contains('\n', StringComparison.Ordinal))
        {
            Add($"{path}.message", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(message.Trim())}: must not contain line breaks");
        }
        else if (source.Contains('\n', StringComparison.Ordinal) && message.Length == 0)
        {
            Add($"{path}.message", FieldErrorReasons.Required, "Required value: message must be specified if rule contains line breaks");
        }

        if (rule.Text("reason") is { } reason && !Reasons.Contains(reason, StringComparer.Ordinal))
        {
            Add(
                $"{path}.reason",
                FieldErrorReasons.NotSupported,
                $"Unsupported value: {GoText.Quote(reason)}: supported values: {string.Join(", ", Reasons.Select(GoText.Quote))}"
            );
        }

        if (rule.Text("fieldPath") is { } fieldPath && RuleFieldPath.Normalize(fieldPath, node) is null)
        {
            Add($"{path}.fieldPath", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(fieldPath)}: must be a valid path");
        }
    }

    private SchemaRule? Compile(JsonObject rule, SchemaNode node, SchemaPlace place, int index)
    {
        if (rule.ContainsKey("optionalOldSelf"))
        {
            throw new NotSimulatedException("optionalOldSelf");
        }

        var type = node.CelType ?? throw new NotSimulatedException($"rules at {place.Path}, whose type expressions cannot have");
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal) { [SchemaTypes.Self] = type, [SchemaTypes.OldSelf] = type };
        var source = rule.Text("rule")!;
        var compiled = new SchemaRule
        {
            Source = source,
            Program = Program(source, variables, CelKind.Bool, place.Count),
            MessageExpression = rule.Text("messageExpression") is { } expression ? Program(expression, variables, CelKind.String, place.Count) : null,
            Message = rule.Text("message")?.Trim(),
            Reason = rule.Text("reason") ?? FieldErrorReasons.Invalid,
            FieldPath = rule.Text("fieldPath") is { } fieldPath ? RuleFieldPath.Normalize(fieldPath, node) : null,
        };
        if (!compiled.UsesOldSelf || place.Uncorrelated is not { } list)
        {
            return compiled;
        }

        Add(
            $"{place.Path}.x-kubernetes-validations[{index}].rule",
            FieldErrorReasons.Invalid,
            $"Invalid value: {GoText.Quote(source)}: oldSelf cannot be used on the uncorrelatable portion of the schema within {list}"
        );
        return null;
    }

    // Costs are an upper bound: what is within the limits here is so on a server, and the rest is not judged.
    private CelProgram Program(string source, Dictionary<string, CelType> variables, CelKind result, double count)
    {
        var program = CelProgram.Compile(source, variables, result);
        _cost += program.Cost * count;
        return program.Cost <= CallLimit && _cost <= ObjectLimit
            ? program
            : throw new NotSimulatedException(
                $"an estimate of what the CEL expression {GoText.Quote(source)} costs: give the lists, maps and texts that it reads a maxItems, maxProperties or maxLength"
            );
    }

    private void Add(string path, string reason, string message) => errors.Add(new FieldError(path, reason, message));
}
