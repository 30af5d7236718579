using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MultiEni.Scenarios.Scale;

/// <summary>How often each of the controller's loops has looked at something.</summary>
internal sealed class ReconcileCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public ReconcileCounts()
    {
        _listener.InstrumentPublished = (instrument, published) =>
        {
            if (instrument.Name == "reconcile_total")
            {
                published.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                foreach (var (key, name) in tags)
                {
                    if (key == "name")
                    {
                        _counts.AddOrUpdate($"{name}", value, (_, before) => before + value);
                    }
                }
            }
        );
        _listener.Start();
    }

    public long Of(string loop) => _counts.GetValueOrDefault(loop);

    public void Dispose() => _listener.Dispose();
}
