using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>What the API server adds to policies and their bindings when they are written, and what it refuses.</summary>
internal sealed partial class PolicyChecks
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Fills in the defaults of a policy or binding, in place.</summary>
    public static void ApplyDefaults(JsonObject obj)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        if (obj.Text("kind") == "ValidatingAdmissionPolicy")
        {
            spec["failurePolicy"] ??= "Fail";
            obj["status"] ??= new JsonObject();
        }

        foreach (var scope in (ReadOnlySpan<string>)["matchConstraints", "matchResources"])
        {
            if (spec[scope] is not JsonObject match)
            {
                continue;
            }

            match["matchPolicy"] ??= "Equivalent";
            match["namespaceSelector"] ??= new JsonObject();
            match["objectSelector"] ??= new JsonObject();
            foreach (var rule in match.Objects("resourceRules").Concat(match.Objects("excludeResourceRules")))
            {
                rule["scope"] ??= "*";
            }
        }
    }

    /// <summary>What is wrong with a policy, its expressions aside.</summary>
    /// <exception cref="NotSimulatedException">It asks for what is not known here.</exception>
    public static IReadOnlyList<FieldError> Policy(JsonObject spec)
    {
        Require(!spec.ContainsKey("paramKind"), "parameters of admission policies");
        Require(spec.Objects("auditAnnotations").Count == 0, "audit annotations of admission policies");
        var checks = new PolicyChecks();
        checks.OneOf("spec.failurePolicy", spec.Text("failurePolicy"), ["Fail", "Ignore"]);
        if (spec["matchConstraints"] is not JsonObject constraints)
        {
            checks.Required("spec.matchConstraints");
        }
        else
        {
            if (constraints.Objects("resourceRules").Count == 0)
            {
                checks.Required("spec.matchConstraints.resourceRules");
            }

            checks.Scope(constraints, "spec.matchConstraints");
        }

        checks.Names(spec.Objects("matchConditions"), "spec.matchConditions", static name => ConditionName().IsMatch(name));
        checks.Names(spec.Objects("variables"), "spec.variables", static name => Identifier().IsMatch(name) && !CelParser.IsReserved(name));
        foreach (var (index, validation) in spec.Objects("validations").Index())
        {
            checks.Validation(validation, $"spec.validations[{index}]");
        }

        Require(spec.Objects("validations").Count > 0, "a policy without validations");
        return checks._errors;
    }

    /// <summary>What is wrong with a binding.</summary>
    /// <exception cref="NotSimulatedException">It asks for what is not known here.</exception>
    public static IReadOnlyList<FieldError> Binding(JsonObject spec)
    {
        Require(!spec.ContainsKey("paramRef"), "parameters of admission policies");
        var checks = new PolicyChecks();
        var actions = spec.Texts("validationActions");
        if (string.IsNullOrEmpty(spec.Text("policyName")))
        {
            checks.Required("spec.policyName");
        }

        if (actions.Count == 0)
        {
            checks.Add("spec.validationActions", FieldErrorReasons.Required, "Required value: at least one validation action is required");
        }

        foreach (var (index, action) in actions.Index())
        {
            checks.OneOf($"spec.validationActions[{index}]", action, ["Audit", "Deny", "Warn"]);
            if (actions.Take(index).Contains(action, StringComparer.Ordinal))
            {
                checks.Add($"spec.validationActions[{index}]", FieldErrorReasons.Duplicate, $"Duplicate value: {GoText.Quote(action)}");
            }
        }

        if (actions.Contains("Deny", StringComparer.Ordinal) && actions.Contains("Warn", StringComparer.Ordinal))
        {
            checks.Add(
                "spec.validationActions",
                FieldErrorReasons.Invalid,
                $"Invalid value: {spec["validationActions"]!.ToJsonString()}: must not contain both Deny and Warn (repeating the same validation failure "
                    + "information in the API response and headers serves no purpose)"
            );
        }

        checks.Scope(spec["matchResources"] as JsonObject ?? [], "spec.matchResources");
        return checks._errors;
    }

    private void Scope(JsonObject scope, string path)
    {
        OneOf($"{path}.matchPolicy", scope.Text("matchPolicy"), ["Equivalent", "Exact"]);
        Require(IsSelector(scope["namespaceSelector"]) && IsSelector(scope["objectSelector"]), $"a malformed selector in {path}");
        foreach (var list in (ReadOnlySpan<string>)["resourceRules", "excludeResourceRules"])
        {
            foreach (var (index, rule) in scope.Objects(list).Index())
            {
                var at = $"{path}.{list}[{index}]";
                foreach (var field in (ReadOnlySpan<string>)["apiGroups", "apiVersions", "resources", "operations"])
                {
                    Require(
                        rule.Texts(field) is { Count: > 0 } values
                            && (values.Count == 1 || !values.Any(static value => value.Contains('*', StringComparison.Ordinal))),
                        $"rules of admission policies whose {field} are empty, or are * and more"
                    );
                }

                foreach (var (position, operation) in rule.Texts("operations").Index())
                {
                    OneOf($"{at}.operations[{position}]", operation, ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]);
                }

                OneOf($"{at}.scope", rule.Text("scope"), ["*", "Cluster", "Namespaced"]);
            }
        }
    }

    private static bool IsSelector(JsonNode? selector) =>
        selector is null
        || (
            selector is JsonObject given
            && given.All(static field => field.Key is "matchLabels" or "matchExpressions")
            && (given["matchLabels"] as JsonObject ?? []).All(static label => LabelKey().IsMatch(label.Key) && LabelValue().IsMatch($"{label.Value}"))
            && given
                .Objects("matchExpressions")
                .TrueForAll(static expression =>
                    LabelKey().IsMatch(expression.Text("key") ?? "")
                    && expression.Texts("values").All(LabelValue().IsMatch)
                    && expression.Text("operator") switch
                    {
                        "In" or "NotIn" => expression.Texts("values").Count > 0,
                        "Exists" or "DoesNotExist" => expression.Texts("values").Count == 0,
                        _ => false,
                    }
                )
        );

    private void Names(List<JsonObject> entries, string path, Func<string, bool> isRight)
    {
        foreach (var (index, entry) in entries.Index())
        {
            var name = entry.Text("name") ?? "";
            if (name.Length == 0)
            {
                Required($"{path}[{index}].name");
            }

            Require(name.Length == 0 || isRight(name), $"the name {GoText.Quote(name)} at {path}[{index}]");
            // Of variables of one name, the last counts.
            if (path == "spec.matchConditions" && entries.Take(index).Any(earlier => earlier.Text("name") == name))
            {
                Add($"{path}[{index}].name", FieldErrorReasons.Duplicate, $"Duplicate value: {GoText.Quote(name)}");
            }

            Expression(entry, $"{path}[{index}].expression");
        }
    }

    private void Validation(JsonObject validation, string path)
    {
        Expression(validation, $"{path}.expression");
        var message = validation.Text("message") ?? "";
        Require(
            validation.Text("messageExpression") is null or { Length: 0 } || !string.IsNullOrWhiteSpace(validation.Text("messageExpression")),
            "a messageExpression of blanks"
        );
        Require(message.Length == 0 || !string.IsNullOrWhiteSpace(message), "a message of blanks");
        if (message.Trim().Contains('\n', StringComparison.Ordinal))
        {
            Add($"{path}.message", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(message)}: must not contain line breaks");
        }

        OneOf($"{path}.reason", validation.Text("reason"), ["Forbidden", "Invalid", "RequestEntityTooLarge"]);
    }

    private void Expression(JsonObject entry, string path)
    {
        if (string.IsNullOrWhiteSpace(entry.Text("expression")))
        {
            Add(path, FieldErrorReasons.Required, "Required value: expression is not specified");
        }
    }

    private void OneOf(string path, string? value, string[] allowed)
    {
        if (value is not null && !allowed.Contains(value, StringComparer.Ordinal))
        {
            Add(
                path,
                FieldErrorReasons.NotSupported,
                $"Unsupported value: {GoText.Quote(value)}: supported values: {string.Join(", ", allowed.Select(GoText.Quote))}"
            );
        }
    }

    private void Required(string path) => Add(path, FieldErrorReasons.Required, "Required value");

    private void Add(string path, string reason, string message) => _errors.Add(new FieldError(path, reason, message));

    private static void Require(bool known, string what)
    {
        if (!known)
        {
            throw new NotSimulatedException(what);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex ConditionName();

    [GeneratedRegex(@"^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[-A-Za-z0-9_./]+\z", RegexOptions.None, 1000)]
    private static partial Regex LabelKey();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.None, 1000)]
    private static partial Regex Identifier();
}
