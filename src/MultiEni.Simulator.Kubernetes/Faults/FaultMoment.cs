namespace MultiEni.Simulator.Kubernetes.Faults;

/// <summary>When a fault strikes.</summary>
public enum FaultMoment
{
    /// <summary>Before the request is looked at: it has no effect.</summary>
    Before,

    /// <summary>After it took effect and before the client gets the answer.</summary>
    After,
}
