using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema.Cel;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// What the API server adds to policies and their bindings when they are written. What it would
/// refuse is not simulated: nobody but their author meets its words.
/// </summary>
internal static partial class PolicyChecks
{
    /// <summary>Fills in the defaults of a policy or binding, in place.</summary>
    public static void ApplyDefaults(JsonObject obj)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        if (obj.Text("kind") == "ValidatingAdmissionPolicy")
        {
            spec["failurePolicy"] ??= "Fail";
            obj["status"] ??= new JsonObject();
        }

        foreach (var match in new[] { spec["matchConstraints"], spec["matchResources"] }.OfType<JsonObject>())
        {
            match["matchPolicy"] ??= "Equivalent";
            match["namespaceSelector"] ??= new JsonObject();
            match["objectSelector"] ??= new JsonObject();
            foreach (var rule in match.Objects("resourceRules").Concat(match.Objects("excludeResourceRules")))
            {
                rule["scope"] ??= "*";
            }
        }
    }

    /// <summary>Checks a policy, its expressions aside.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or asks for what is not known here.
    /// </exception>
    public static void CheckPolicy(JsonObject spec)
    {
        NotSimulatedException.ThrowUnless(!spec.ContainsKey("paramKind"), "parameters of admission policies");
        NotSimulatedException.ThrowUnless(spec.Objects("auditAnnotations").Count == 0, "audit annotations of admission policies");
        NotSimulatedException.ThrowUnless(spec.Text("failurePolicy") is null or "Fail" or "Ignore", "that failurePolicy");
        var constraints = spec["matchConstraints"] as JsonObject;
        NotSimulatedException.ThrowUnless(constraints.Objects("resourceRules").Count > 0, "an admission policy for no resources");
        CheckScope(constraints!);
        NotSimulatedException.ThrowUnless(
            AreNamed(spec.Objects("matchConditions"), ConditionName().IsMatch),
            "the names or expressions of matchConditions"
        );
        NotSimulatedException.ThrowUnless(
            AreNamed(spec.Objects("variables"), static name => Identifier().IsMatch(name) && !CelParser.IsReserved(name)),
            "the names or expressions of variables"
        );
        NotSimulatedException.ThrowUnless(
            spec.Objects("validations") is { Count: > 0 } validations && validations.TrueForAll(IsValidation),
            "an admission policy without validations, or with wrong ones"
        );
    }

    /// <summary>Checks a binding.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or asks for what is not known here.
    /// </exception>
    public static void CheckBinding(JsonObject spec)
    {
        NotSimulatedException.ThrowUnless(!spec.ContainsKey("paramRef"), "parameters of admission policies");
        var actions = spec.Texts("validationActions");
        NotSimulatedException.ThrowUnless(spec.Text("policyName") is { Length: > 0 }, "a binding without policy");
        NotSimulatedException.ThrowUnless(
            actions.Count > 0
                && actions.All(static action => action is "Audit" or "Deny" or "Warn")
                && actions.Distinct(StringComparer.Ordinal).Count() == actions.Count
                && !(actions.Contains("Deny", StringComparer.Ordinal) && actions.Contains("Warn", StringComparer.Ordinal)),
            $"the validationActions {string.Join(", ", actions)}"
        );
        CheckScope(spec["matchResources"] as JsonObject ?? []);
    }

    private static void CheckScope(JsonObject scope)
    {
        NotSimulatedException.ThrowUnless(scope.Text("matchPolicy") is null or "Equivalent" or "Exact", "that matchPolicy");
        NotSimulatedException.ThrowUnless(
            IsSelector(scope["namespaceSelector"]) && IsSelector(scope["objectSelector"]),
            "a malformed selector of an admission policy"
        );
        foreach (var rule in scope.Objects("resourceRules").Concat(scope.Objects("excludeResourceRules")))
        {
            foreach (var field in (ReadOnlySpan<string>)["apiGroups", "apiVersions", "resources", "operations"])
            {
                NotSimulatedException.ThrowUnless(
                    rule.Texts(field) is { Count: > 0 } values
                        && (values.Count == 1 || !values.Any(static value => value.Contains('*', StringComparison.Ordinal))),
                    $"rules of admission policies whose {field} are empty, or are * and more"
                );
            }

            NotSimulatedException.ThrowUnless(
                rule.Texts("operations").All(static operation => operation is "*" or "CONNECT" or "CREATE" or "DELETE" or "UPDATE")
                    && rule.Text("scope") is null or "*" or "Cluster" or "Namespaced",
                "rules of admission policies with other operations or scopes"
            );
        }
    }

    private static bool IsSelector(JsonNode? selector) =>
        selector is null
        || (
            selector is JsonObject given
            && given.All(static field => field.Key is "matchLabels" or "matchExpressions")
            && (given["matchLabels"] as JsonObject ?? []).All(static label => IsLabel(label.Key, [$"{label.Value}"]))
            && given
                .Objects("matchExpressions")
                .TrueForAll(static expression =>
                    IsLabel(expression.Text("key") ?? "", expression.Texts("values"))
                    && expression.Text("operator") switch
                    {
                        "In" or "NotIn" => expression.Texts("values").Count > 0,
                        "Exists" or "DoesNotExist" => expression.Texts("values").Count == 0,
                        _ => false,
                    }
                )
        );

    private static bool IsLabel(string key, IReadOnlyList<string> values) =>
        !Names.QualifiedName(key).Any() && !values.SelectMany(Names.LabelValue).Any();

    private static bool AreNamed(List<JsonObject> entries, Func<string, bool> isName) =>
        entries.TrueForAll(entry => isName(entry.Text("name") ?? "") && !string.IsNullOrWhiteSpace(entry.Text("expression")))
        && entries.DistinctBy(static entry => entry.Text("name"), StringComparer.Ordinal).Count() == entries.Count;

    private static bool IsValidation(JsonObject validation) =>
        !string.IsNullOrWhiteSpace(validation.Text("expression"))
        && IsText(validation.Text("message"))
        && !(validation.Text("message") ?? "").Trim().Contains('\n', StringComparison.Ordinal)
        && IsText(validation.Text("messageExpression"))
        && validation.Text("reason") is null or "Forbidden" or "Invalid" or "RequestEntityTooLarge";

    private static bool IsText(string? text) => string.IsNullOrEmpty(text) || !string.IsNullOrWhiteSpace(text);

    [GeneratedRegex(@"^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex ConditionName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.None, 1000)]
    private static partial Regex Identifier();
}
