using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MultiEni.Scenarios.Scale;

/// <summary>How often each of the controller's loops has looked at something.</summary>
internal sealed class ReconcileCounts : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, long> counts = new();

    public ReconcileCounts()
    {
        listener.InstrumentPublished = (instrument, published) =>
        {
            if (instrument.Name == "reconcile_total")
            {
                published.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                foreach (var (key, name) in tags)
                {
                    if (key == "name")
                    {
                        counts.AddOrUpdate($"{name}", value, (_, before) => before + value);
                    }
                }
            }
        );
        listener.Start();
    }

    public long Of(string loop) => counts.GetValueOrDefault(loop);

    public void Dispose() => listener.Dispose();
}
