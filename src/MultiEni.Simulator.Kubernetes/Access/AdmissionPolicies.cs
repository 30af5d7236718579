using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The policies that bindings put into force.</summary>
internal sealed class AdmissionPolicies(ObjectStore store)
{
    private const string Bindings = "validatingadmissionpolicybindings.admissionregistration.k8s.io";

    private readonly Lock _gate = new();
    private (object Policies, object Bindings) _seen;
    private IReadOnlyList<(AdmissionPolicy Policy, string Binding)> _inForce = [];

    /// <summary>Refuses an attempt that breaks a policy.</summary>
    public void Check(UserInfo user, AdmissionAttempt attempt)
    {
        foreach (var (policy, binding) in InForce())
        {
            policy.Check(user, attempt, binding);
        }
    }

    private IReadOnlyList<(AdmissionPolicy Policy, string Binding)> InForce()
    {
        lock (_gate)
        {
            // Tables are immutable: the same ones mean that nothing has changed.
            var resource = store.Registry.Find(AdmissionPolicy.Resource)!;
            var tables = ((object)store.Ledger.Snapshot(resource).Objects, (object)store.Ledger.Snapshot(store.Registry.Find(Bindings)!).Objects);
            if (tables.Item1 != _seen.Policies || tables.Item2 != _seen.Bindings)
            {
                var inForce = new List<(AdmissionPolicy, string)>();
                foreach (var binding in store.List(Bindings))
                {
                    if (
                        binding["spec"] is System.Text.Json.Nodes.JsonObject spec
                        && spec.Texts("validationActions").Contains("Deny", StringComparer.Ordinal)
                        && store.Find(AdmissionPolicy.Resource, spec.Text("policyName") ?? "") is { } policy
                    )
                    {
                        inForce.Add((AdmissionPolicy.Read(resource, policy), binding.Text("metadata", "name") ?? ""));
                    }
                }

                _inForce = inForce;
                _seen = tables;
            }

            return _inForce;
        }
    }
}
