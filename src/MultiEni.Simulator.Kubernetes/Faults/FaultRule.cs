namespace MultiEni.Simulator.Kubernetes.Faults;

/// <summary>Which requests a fault strikes, and how often.</summary>
public sealed record FaultRule
{
    /// <summary>What happens.</summary>
    public required FaultAction Action { get; init; }

    /// <summary>Before or after the effect.</summary>
    public FaultMoment Moment { get; init; } = FaultMoment.Before;

    /// <summary>A verb such as <c>patch</c>, or null for all.</summary>
    public string? Verb { get; init; }

    /// <summary>A resource in the plural, or null for all.</summary>
    public string? Resource { get; init; }

    /// <summary>A further condition, or null.</summary>
    public Func<RequestInfo, bool>? Predicate { get; init; }

    /// <summary>After how many requests the rule is used up.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether the rule is about this request.</summary>
    public bool Matches(RequestInfo request) =>
        (Verb is null || Verb == request.Verb) && (Resource is null || Resource == request.Resource) && (Predicate is null || Predicate(request));
}
