namespace MultiEni.Api.Kubernetes;

/// <summary>The three values of a condition's status.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>Nobody has determined it yet.</summary>
    public const string Unknown = "Unknown";
}
