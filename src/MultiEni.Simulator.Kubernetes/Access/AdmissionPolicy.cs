using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A ValidatingAdmissionPolicy, compiled. Parameters and selectors of namespaces and objects are not known, and are refused.</summary>
internal sealed class AdmissionPolicy
{
    /// <summary>The resource in which policies are stored.</summary>
    public const string Resource = "validatingadmissionpolicies.admissionregistration.k8s.io";

    private readonly string _name;
    private readonly bool _ignoresFailures;
    private readonly List<PolicyMatch> _matches;
    private readonly List<CelProgram> _conditions = [];
    private readonly Dictionary<string, CelProgram> _variables = new(StringComparer.Ordinal);
    private readonly List<PolicyValidation> _validations = [];

    private AdmissionPolicy(string name, JsonObject spec, List<PolicyMatch> matches)
    {
        _name = name;
        _ignoresFailures = spec.Text("failurePolicy") == "Ignore";
        _matches = matches;
    }

    /// <summary>Compiles a policy.</summary>
    /// <exception cref="StatusException">422: an expression is wrong, or something is asked for that this simulator does not know.</exception>
    public static AdmissionPolicy Read(ResourceDefinition resource, JsonObject obj)
    {
        var name = obj.Text("metadata", "name") ?? "";
        var spec = obj["spec"] as JsonObject ?? [];
        StatusException Wrong(string path, string why) =>
            StatusErrors.Invalid(resource, name, path, FieldErrorReasons.Invalid, $"Invalid value: {why}");

        var constraints = spec["matchConstraints"] as JsonObject ?? throw Wrong("spec.matchConstraints", "is required");
        foreach (var unknown in (ReadOnlySpan<string>)["namespaceSelector", "objectSelector", "excludeResourceRules"])
        {
            if (constraints[unknown] is not null)
            {
                throw Wrong($"spec.matchConstraints.{unknown}", "the simulated API server does not know it");
            }
        }

        if (spec["paramKind"] is not null)
        {
            throw Wrong("spec.paramKind", "the simulated API server does not know parameters");
        }

        var policy = new AdmissionPolicy(name, spec, [.. Entries(constraints, "resourceRules").Select(static rule => new PolicyMatch(rule))]);
        CelProgram Compile(string path, string? source, CelKind? result)
        {
            try
            {
                return AdmissionExpressions.Compile(source ?? "", policy._variables.Keys, result);
            }
            catch (CelSyntaxException bad)
            {
                throw Wrong(path, $"\"{source}\": compilation failed: {bad.Message}");
            }
        }

        foreach (var (index, condition) in Entries(spec, "matchConditions").Index())
        {
            policy._conditions.Add(Compile($"spec.matchConditions[{index}].expression", condition.Text("expression"), CelKind.Bool));
        }

        foreach (var (index, variable) in Entries(spec, "variables").Index())
        {
            policy._variables.Add(
                variable.Text("name") ?? "",
                Compile($"spec.variables[{index}].expression", variable.Text("expression"), result: null)
            );
        }

        foreach (var (index, validation) in Entries(spec, "validations").Index())
        {
            var at = $"spec.validations[{index}]";
            policy._validations.Add(
                new PolicyValidation(
                    validation.Text("expression") ?? "",
                    Compile($"{at}.expression", validation.Text("expression"), CelKind.Bool),
                    validation.Text("message") ?? "",
                    validation.Text("messageExpression") is { } message ? Compile($"{at}.messageExpression", message, CelKind.String) : null,
                    validation.Text("reason") ?? "Invalid"
                )
            );
        }

        return policy;
    }

    /// <summary>Refuses an attempt that breaks the policy.</summary>
    /// <exception cref="StatusException">With the validation's reason.</exception>
    public void Check(UserInfo user, AdmissionAttempt attempt, string binding)
    {
        if (!_matches.Exists(match => match.Matches(attempt)))
        {
            return;
        }

        var variables = new PolicyVariables(_variables);
        var values = AdmissionExpressions.Values(user, attempt, variables);
        variables.Values = values;
        foreach (var condition in _conditions)
        {
            var holds = condition.Run(values);
            if (holds.IsFalse || (holds.IsError && _ignoresFailures))
            {
                return;
            }

            if (holds.IsError)
            {
                throw Denied(attempt, binding, $"a match condition failed: {holds.AsString}", "Invalid");
            }
        }

        foreach (var validation in _validations)
        {
            var holds = validation.Program.Run(values);
            if (holds.IsError && !_ignoresFailures)
            {
                throw Denied(attempt, binding, $"expression '{validation.Source}' resulted in error: {holds.AsString}", "Invalid");
            }

            if (holds.IsFalse)
            {
                throw Denied(attempt, binding, validation.Explain(values), validation.Reason);
            }
        }
    }

    private StatusException Denied(AdmissionAttempt attempt, string binding, string why, string reason)
    {
        var text = $"ValidatingAdmissionPolicy '{_name}' with binding '{binding}' denied request: {why}";
        var forbidden = StatusErrors.Forbidden(attempt.Resource, attempt.Name, text);
        // kubectl shows the causes of what is invalid, and not the message.
        forbidden.Details!["causes"] = new JsonArray(new JsonObject { ["message"] = text });
        return reason == "Forbidden" ? forbidden : new StatusException(422, reason, forbidden.Message, forbidden.Details);
    }

    private static IEnumerable<JsonObject> Entries(JsonObject obj, string field) => (obj[field] as JsonArray ?? []).OfType<JsonObject>();
}
