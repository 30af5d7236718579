using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The policies that bindings put into force.</summary>
internal sealed class AdmissionPolicies(ObjectStore store)
{
    /// <summary>The resource in which bindings are stored.</summary>
    public const string Bindings = "validatingadmissionpolicybindings.admissionregistration.k8s.io";

    private readonly Lock _gate = new();
    private (object Policies, object Bindings) _seen;
    private IReadOnlyList<InForce> _inForce = [];

    private sealed record InForce(AdmissionPolicy Policy, string Binding, PolicyScope Scope, IReadOnlyList<string> Actions);

    /// <summary>Refuses an attempt that breaks a policy, or warns of it.</summary>
    /// <exception cref="StatusException">The first reason to refuse it.</exception>
    public void Check(UserInfo user, AdmissionAttempt attempt)
    {
        // Policies never hold for policies: nobody could mend one that is wrong.
        if (attempt.Resource.Group == "admissionregistration.k8s.io")
        {
            return;
        }

        StatusException? denied = null;
        var inNamespace = NamespaceOf(attempt);
        foreach (var (policy, binding, scope, actions) in Current())
        {
            if (!policy.Includes(attempt, inNamespace) || !scope.Includes(attempt, inNamespace))
            {
                continue;
            }

            foreach (var (why, reason) in policy.Judge(user, attempt))
            {
                if (actions.Contains("Deny", StringComparer.Ordinal))
                {
                    denied ??= Denied(attempt, $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding}' denied request: {why}", reason);
                }
                else if (actions.Contains("Warn", StringComparer.Ordinal))
                {
                    attempt.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding}': {why}");
                }
            }
        }

        if (denied is not null)
        {
            throw denied;
        }
    }

    private JsonObject? NamespaceOf(AdmissionAttempt attempt) =>
        attempt.Resource.GroupResource == "namespaces" ? attempt.Object ?? attempt.OldObject
        : attempt.Resource.Namespaced ? store.Find("namespaces", attempt.Namespace) ?? []
        : null;

    private IReadOnlyList<InForce> Current()
    {
        lock (_gate)
        {
            // Tables are immutable: the same ones mean that nothing has changed.
            var resource = store.Registry.Find(AdmissionPolicy.Resource)!;
            var tables = ((object)store.Ledger.Snapshot(resource).Objects, (object)store.Ledger.Snapshot(store.Registry.Find(Bindings)!).Objects);
            if (tables.Item1 != _seen.Policies || tables.Item2 != _seen.Bindings)
            {
                var inForce = new List<InForce>();
                foreach (var binding in store.List(Bindings))
                {
                    var spec = binding["spec"] as JsonObject ?? [];
                    if (store.Find(AdmissionPolicy.Resource, spec.Text("policyName") ?? "") is { } policy)
                    {
                        inForce.Add(
                            new InForce(
                                AdmissionPolicy.Read(policy),
                                binding.Text("metadata", "name") ?? "",
                                new PolicyScope(spec["matchResources"] as JsonObject),
                                spec.Texts("validationActions")
                            )
                        );
                    }
                }

                _inForce = inForce;
                _seen = tables;
            }

            return _inForce;
        }
    }

    private static StatusException Denied(AdmissionAttempt attempt, string text, string reason)
    {
        var forbidden = StatusErrors.Forbidden(attempt.Resource, attempt.Name, text);
        // kubectl shows the causes of what is invalid, and not the message.
        forbidden.Details!["causes"] = new JsonArray(new JsonObject { ["message"] = text });
        var code = reason switch
        {
            "Forbidden" => 403,
            "RequestEntityTooLarge" => 413,
            _ => 422,
        };
        return new StatusException(code, reason, forbidden.Message, forbidden.Details);
    }
}
