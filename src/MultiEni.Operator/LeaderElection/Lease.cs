using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.LeaderElection;

/// <summary>A <c>coordination.k8s.io/v1</c> Lease.</summary>
public sealed record Lease : IKubernetesObject
{
    /// <summary>Where leases live in the API.</summary>
    public static ResourceKind<Lease> Resource { get; } =
        new("coordination.k8s.io", "v1", "leases", "Lease", true, LeaseJson.Default.Lease, LeaseJson.Default.KubernetesListLease);

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who holds it and until when.</summary>
    public LeaseSpec Spec { get; set; } = new();
}
