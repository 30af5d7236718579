using System.Diagnostics.Metrics;

namespace MultiEni.Reliability.Lab;

/// <summary>Counts the HTTP requests of this process that wait for the beginning of their answer, by the runtime's own metric.</summary>
internal sealed class RequestsUnderWay : IDisposable
{
    private readonly MeterListener listener = new();
    private long underWay;

    public RequestsUnderWay()
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.active_requests" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref underWay, change));
        listener.Start();
    }

    public long UnderWay => Interlocked.Read(ref underWay);

    public void Dispose() => listener.Dispose();
}
