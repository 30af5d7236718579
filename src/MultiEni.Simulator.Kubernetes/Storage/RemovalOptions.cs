using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>How an object is to be deleted; the same choices that DeleteOptions has.</summary>
public sealed record RemovalOptions
{
    /// <summary>No conditions, and the object's own grace period.</summary>
    public static RemovalOptions Default { get; } = new();

    /// <summary>Seconds that a pod gets to end; null takes the pod's own.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Deletes only the object with this uid.</summary>
    public string? Uid { get; init; }

    /// <summary>Deletes only this version of the object.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Checks everything and deletes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Looks at what is about to be stored and throws to refuse it; null admits everything.
    /// </summary>
    internal Action<AdmissionAttempt>? Admission { get; init; }
}
