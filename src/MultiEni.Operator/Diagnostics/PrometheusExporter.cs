namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// Collects the instruments of the meters whose names start with a prefix and writes them in the Prometheus text format, under
/// exactly the instruments' names. Histograms use the bucket boundaries of their advice.
/// </summary>
public sealed class PrometheusExporter(string meterPrefix, TimeProvider time) : IDisposable
{
    /// <summary>Everything as text, with process metrics.</summary>
    public string Render() => throw new NotImplementedException();

    /// <summary>Stops listening.</summary>
    public void Dispose() => throw new NotImplementedException();
}
