using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Counters;

/// <summary>
/// Reads the numbers of the node's ENIs when metrics are scraped, and shows them. Each ENI has its
/// own series, so there are at most as many as a node's ENIs have.
/// </summary>
/// <param name="host">The node's kernel.</param>
/// <param name="allowlist">Which of the drivers' counters are shown.</param>
/// <param name="nodeName">The node, as a label.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class EniCounters(NodeHost host, CounterAllowlist allowlist, string nodeName, TimeProvider time, ILogger logger) : IDisposable
{
    // Several scrapers, or one that is too eager, must not keep the kernel's lock for links busy.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    // Prometheus gives up after ten seconds by default, and the other metrics must not be lost with
    // these.
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(2);

    private const string PodsSubject = "the pods that have devices";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ProgramSearch _programs = new(new OpenFiles(host.Files), time);
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _reading = new(StringComparer.Ordinal);
    private IReadOnlyList<EniReading> _readings = [];
    private Sources? _sources;
    private long? _begun;

    /// <summary>Shows what was read last, under the metrics of <see cref="EniMetric"/>.</summary>
    /// <param name="meter">The meter of the process.</param>
    public void Show(Meter meter)
    {
        foreach (var metric in EniMetric.All)
        {
            if (metric.IsCounter)
            {
                meter.CreateObservableCounter(metric.Name, () => Measure(metric), description: metric.Description);
            }
            else
            {
                meter.CreateObservableGauge(metric.Name, () => Measure(metric), description: metric.Description);
            }
        }
    }

    /// <summary>From now on there is something to read.</summary>
    /// <param name="attachments">The node's attachments at present.</param>
    /// <param name="seen">The host as it was seen last; null when it was not.</param>
    /// <param name="devices">The devices that pods have, as the kubelet tells.</param>
    /// <param name="addressed">The pods that have addresses of an attachment's ENI.</param>
    public void Begin(
        Func<IEnumerable<EniAttachment>> attachments,
        Func<HostObservation?> seen,
        Func<CancellationToken, Task<IReadOnlyList<(string DeviceId, string Pod)>>> devices,
        Func<string, IReadOnlyList<string>> addressed
    ) => Volatile.Write(ref _sources, new Sources(attachments, seen, devices, addressed));

    /// <summary>
    /// Reads anew what was not read in the last second. What cannot be read in two seconds has no
    /// values.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _sources) is { } sources && (_begun is not { } begun || time.GetElapsedTime(begun) >= LeastInterval))
            {
                _begun = time.GetTimestamp();
                using var limit = new CancellationTokenSource(ReadLimit, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
                Volatile.Write(ref _readings, await ReadAsync(sources, either.Token));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _programs.Dispose();
        _turn.Dispose();
    }

    private async Task<IReadOnlyList<EniReading>> ReadAsync(Sources sources, CancellationToken limit)
    {
        if (sources.Seen() is not { } seen)
        {
            return [];
        }

        var enis = CountedEni.Of(sources.Attachments(), seen);
        var traffic = enis.Any(eni => eni.InterfaceName is not null)
            ? await TryAsync(
                TrafficTable.File,
                async () => TrafficTable.Parse(await host.Files.ReadTextAsync(TrafficTable.File, CancellationToken.None) ?? ""),
                limit
            )
            : null;
        var samples = new List<IReadOnlyList<EniSample>>();
        foreach (var eni in enis)
        {
            samples.Add(await TryAsync(eni.EniId, () => ReadAsync(eni, traffic), limit) ?? []);
        }

        // Last, so that a kubelet that does not answer takes no time from the numbers.
        var devices = enis.Any(eni => eni.IsForPods) ? await TryAsync(PodsSubject, () => sources.Devices(CancellationToken.None), limit) ?? [] : [];
        Forget(enis);
        return
        [
            .. enis.Zip(
                samples,
                (eni, read) =>
                    new EniReading(
                        eni,
                        eni.Bound is null ? EniReading.Kernel : EniReading.Dpdk,
                        eni.PodOf(devices, sources.Addressed(eni.Attachment)),
                        read
                    )
            ),
        ];
    }

    private Task<IReadOnlyList<EniSample>> ReadAsync(CountedEni eni, IReadOnlyDictionary<string, IReadOnlyList<EniSample>>? traffic) =>
        eni switch
        {
            { InterfaceName: { } name } => ReadKernelAsync(name, eni.Device, traffic),
            { Bound: { } device } => ReadProgramAsync(device),
            _ => Task.FromResult<IReadOnlyList<EniSample>>([]),
        };

    private async Task<IReadOnlyList<EniSample>> ReadKernelAsync(
        string name,
        PciAddress? device,
        IReadOnlyDictionary<string, IReadOnlyList<EniSample>>? traffic
    )
    {
        // An interface may have been renamed, or have moved into a pod, since it was seen: then its
        // name may be another's by now.
        if (await host.Counters.ReadAsync(name, CancellationToken.None) is not { } counters || counters.BusAddress != device?.ToString())
        {
            return [];
        }

        var state = await host.Files.ReadTextAsync($"/sys/class/net/{name}/operstate", CancellationToken.None);
        return
        [
            new EniSample(EniMetric.LinkUp, null, state == "up" ? 1 : 0),
            .. traffic?.GetValueOrDefault(name) ?? [],
            .. allowlist.Select(counters.Values),
        ];
    }

    private async Task<IReadOnlyList<EniSample>> ReadProgramAsync(PciDevice device)
    {
        var node =
            device.Driver == DpdkDrivers.VfioPci
                ? device.IommuGroup is { } group
                    ? SysfsPaths.VfioNode(group, device.NoIommu)
                    : null
                : await SysfsPaths.UioNodeAsync(host.Files, device.Address, CancellationToken.None);
        return
            node is not null
            && await _programs.FindAsync(node, CancellationToken.None) is { } process
            && await host.Telemetry.ReadAsync(process, device.Address, CancellationToken.None) is { } port
            ? PortSamples.Of(port, allowlist)
            : [];
    }

    // A scrape shows what there is. What is missing is missing there, and said once in the log. The
    // limit ends the wait and not the read, which a driver that hangs would not end either: until it
    // has ended, no other one begins, so that scrapes do not pile up threads.
    private async Task<T?> TryAsync<T>(string subject, Func<Task<T>> read, CancellationToken limit)
        where T : class
    {
        try
        {
            if (limit.IsCancellationRequested || (_reading.TryGetValue(subject, out var before) && !before.IsCompleted))
            {
                throw new OperationCanceledException();
            }

            var reading = read();
            _reading[subject] = reading;
            var answer = await reading.WaitAsync(limit);
            _problems.Remove(subject);
            return answer;
        }
        catch (Exception error)
        {
            var problem = error is OperationCanceledException ? $"they were not read within {ReadLimit.TotalSeconds} s" : error.Message;
            if (_problems.GetValueOrDefault(subject) != problem)
            {
                _problems[subject] = problem;
                Log.CountersUnreadable(logger, subject, problem);
            }

            return null;
        }
    }

    private void Forget(IReadOnlyList<CountedEni> enis)
    {
        var subjects = enis.Select(eni => eni.EniId).Concat([TrafficTable.File, PodsSubject]).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _reading.Where(entry => entry.Value.IsCompleted && !subjects.Contains(entry.Key)).ToList())
        {
            _reading.Remove(gone.Key);
            _problems.Remove(gone.Key);
        }
    }

    private IEnumerable<Measurement<double>> Measure(EniMetric metric)
    {
        foreach (var reading in Volatile.Read(ref _readings))
        {
            foreach (var sample in reading.All.Where(sample => sample.Metric == metric))
            {
                yield return new Measurement<double>(sample.Value, reading.Labels(sample, nodeName));
            }
        }
    }

    private sealed record Sources(
        Func<IEnumerable<EniAttachment>> Attachments,
        Func<HostObservation?> Seen,
        Func<CancellationToken, Task<IReadOnlyList<(string DeviceId, string Pod)>>> Devices,
        Func<string, IReadOnlyList<string>> Addressed
    );
}
