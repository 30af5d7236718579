namespace MultiEni.Api.Kubernetes;

/// <summary>The resolution of time in the Kubernetes API.</summary>
public static class Timestamps
{
    /// <summary>Cuts the fraction of a second off: the API server stores whole seconds and would hand back a different value.</summary>
    public static DateTimeOffset ToSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
