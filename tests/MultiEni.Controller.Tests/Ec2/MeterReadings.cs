using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MultiEni.Controller.Tests.Ec2;

/// <summary>Everything that one meter was told.</summary>
public sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Reading> _readings = new();

    public MeterReadings(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Reading> All => [.. _readings];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, text) in tags)
        {
            all[key] = text?.ToString();
        }

        _readings.Enqueue(new(instrument.Name, value, all));
    }

    public sealed record Reading(string Name, double Value, IReadOnlyDictionary<string, string?> Tags);
}
