using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A ValidatingAdmissionPolicy, compiled.</summary>
internal sealed class AdmissionPolicy
{
    /// <summary>The resource in which policies are stored.</summary>
    public const string Resource = "validatingadmissionpolicies.admissionregistration.k8s.io";

    private const string Variables = "variables";

    private readonly bool _ignoresFailures;
    private readonly PolicyScope _scope;
    private readonly List<(string Source, CelProgram Program)> _conditions = [];
    private readonly Dictionary<string, CelProgram> _variables = new(StringComparer.Ordinal);
    private readonly List<(JsonObject Validation, CelProgram Program, CelProgram? Message)> _validations = [];

    private AdmissionPolicy(string name, JsonObject spec)
    {
        Name = name;
        _ignoresFailures = spec.Text("failurePolicy") == "Ignore";
        _scope = new PolicyScope(spec["matchConstraints"] as JsonObject);
        var types = AdmissionExpressions.Types();
        foreach (var condition in spec.Objects("matchConditions"))
        {
            var source = condition.Text("expression")!;
            _conditions.Add((source, CelProgram.Compile(source, types, CelKind.Bool)));
        }

        foreach (var variable in spec.Objects("variables"))
        {
            // A variable sees those before it.
            types[Variables] = AdmissionExpressions.Object([.. _variables.Select(static earlier => (earlier.Key, earlier.Value.Type))]);
            _variables[variable.Text("name")!] = CelProgram.Compile(variable.Text("expression")!, types, result: null);
        }

        types[Variables] = AdmissionExpressions.Object([.. _variables.Select(static variable => (variable.Key, variable.Value.Type))]);
        foreach (var validation in spec.Objects("validations"))
        {
            _validations.Add(
                (
                    validation,
                    CelProgram.Compile(validation.Text("expression")!, types, CelKind.Bool),
                    validation.Text("messageExpression") is { Length: > 0 } message ? CelProgram.Compile(message, types, CelKind.String) : null
                )
            );
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Compiles a policy.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or asks for what is not known here.
    /// </exception>
    public static AdmissionPolicy Read(JsonObject obj)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        PolicyChecks.CheckPolicy(spec);
        return new AdmissionPolicy(obj.Text("metadata", "name") ?? "", spec.Copy());
    }

    /// <summary>Whether the policy is about a write at all.</summary>
    public bool Includes(AdmissionAttempt attempt, JsonObject? inNamespace) => _scope.Includes(attempt, inNamespace);

    /// <summary>
    /// Why a write breaks the policy: a text and a reason for each validation that it breaks.
    /// </summary>
    public IReadOnlyList<(string Why, string Reason)> Judge(UserInfo user, AdmissionAttempt attempt)
    {
        var values = AdmissionExpressions.Values(user, attempt);
        CelError? failure = null;
        var failed = "";
        foreach (var (source, condition) in _conditions)
        {
            // One condition that does not hold decides, whatever the others yield.
            switch (condition.Run(values))
            {
                case false:
                    return [];
                case CelError error when failure is null:
                    failure = error;
                    failed = source;
                    break;
            }
        }

        if (failure is not null)
        {
            return _ignoresFailures ? [] : [Failure(failed, failure)];
        }

        values = new CelScope(Variables, new LazyVariables(_variables, values), values);
        var broken = new List<(string, string)>();
        foreach (var (validation, program, message) in _validations)
        {
            switch (program.Run(values))
            {
                case false:
                    broken.Add((Explain(validation, message, values), validation.Text("reason") ?? "Invalid"));
                    break;
                case CelError error when !_ignoresFailures:
                    broken.Add(Failure(validation.Text("expression")!, error));
                    break;
            }
        }

        return broken;
    }

    private static (string, string) Failure(string source, CelError error) =>
        ($"expression '{source}' resulted in error: {error.Describe(source)}", "Invalid");

    private static string Explain(JsonObject validation, CelProgram? message, CelScope values)
    {
        if (message?.Run(values) is string computed && computed.Trim() is { Length: > 0 } text && !text.Contains('\n', StringComparison.Ordinal))
        {
            return text;
        }

        return validation.Text("message")?.Trim() is { Length: > 0 } plain ? plain : $"failed expression: {validation.Text("expression")!.Trim()}";
    }

    // Each is computed when first used, and once.
    private sealed class LazyVariables(Dictionary<string, CelProgram> programs, CelScope values) : CelMap
    {
        private readonly Dictionary<string, object?> _known = new(StringComparer.Ordinal);

        public override int Count => programs.Count;

        public override IEnumerable<string> Keys => programs.Keys;

        public override bool TryGet(string key, out object? value)
        {
            if (!programs.TryGetValue(key, out var program))
            {
                value = null;
                return false;
            }

            if (!_known.TryGetValue(key, out value))
            {
                value = program.Run(new CelScope(Variables, this, values));
                _known[key] = value = value is CelError failed
                    ? failed.Message is { } why
                        ? new CelError($"composited variable \"{key}\" fails to evaluate: {why}")
                        : failed
                    : value;
            }

            return true;
        }
    }
}
