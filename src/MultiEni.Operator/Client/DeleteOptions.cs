namespace MultiEni.Operator.Client;

/// <summary>Conditions and manner of a deletion.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only the object with this identity; 409 otherwise.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only if the object has not changed since; 409 otherwise.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Time for the object to end; seconds.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>What happens to owned objects; the server's default when null.</summary>
    public DeletePropagation? Propagation { get; init; }
}
