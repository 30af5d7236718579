namespace MultiEni.Api.Kubernetes;

/// <summary>What every object of the Kubernetes API has.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, such as <c>networking.k8s.aws/v1alpha1</c>. Items of a list come without it.</summary>
    string? ApiVersion { get; }

    /// <summary>The kind, such as <c>NodeENI</c>. Items of a list come without it.</summary>
    string? Kind { get; }

    /// <summary>Name, identity and bookkeeping.</summary>
    ObjectMeta Metadata { get; }
}
