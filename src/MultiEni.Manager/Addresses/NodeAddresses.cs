using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Pods' addresses on a node: opens the address book, alone, and serves the plugin from then on.
/// </summary>
/// <param name="paths">Where plugin and ENI manager meet.</param>
/// <param name="attachments">The node's attachments at present.</param>
/// <param name="bootId">The present boot; null while the host was not read.</param>
/// <param name="changed">
/// Called with an attachment's name when what its status says of addresses has changed.
/// </param>
/// <param name="pods">The pods of the node; null where they may not be listed.</param>
/// <param name="interval">Time between two searches for addresses that nobody has any more.</param>
/// <param name="meter">The meter of the process.</param>
/// <param name="beforeWrite">Called before each write of the book; lets tests end the program there.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed class NodeAddresses(
    AddressPaths paths,
    Func<IReadOnlyList<EniAttachment>> attachments,
    Func<string?> bootId,
    Action<string> changed,
    NodePods? pods,
    TimeSpan interval,
    Meter meter,
    Action<string>? beforeWrite,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private AddressKeeper? _keeper;
    private string? _problem = "the address book is not open yet";

    /// <summary>Why pods get no addresses; null if they do.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    private IReadOnlyList<EniAddresses> Enis => bootId() is { } boot ? EniAddresses.Of(attachments(), boot) : [];

    /// <summary>What the status of an attachment says about its addresses.</summary>
    public AddressUse? ReportOf(EniAttachment attachment) =>
        Volatile.Read(ref _keeper) is { } keeper
            ? Enis.FirstOrDefault(eni => eni.Attachment == attachment.Metadata.Name) is { } eni
                ? keeper.ReportOf(eni)
                : null
            : attachment.Status?.Device?.Addresses;

    /// <summary>
    /// The pods that have addresses of an attachment's ENI; null while the book is not open, so that
    /// nobody knows.
    /// </summary>
    public IReadOnlyList<string>? PodsOf(string attachment) =>
        Volatile.Read(ref _keeper) is { } keeper
            ?
            [
                .. keeper
                    .Book.Leases.Values.Where(lease => lease.Attachment == attachment)
                    .Select(lease => lease.Pod)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ]
            : null;

    /// <summary>
    /// The addresses of an ENI that pods share and have at present; null while the book is not open,
    /// so that nobody knows. Whoever has the whole device has its link too.
    /// </summary>
    public IReadOnlySet<string>? SharedOf(string eniId) =>
        Volatile.Read(ref _keeper) is { } keeper
            ? keeper
                .Book.Leases.Values.Where(lease => lease.EniId == eniId && !lease.IsWholeDevice)
                .SelectMany(lease => lease.Addresses)
                .ToHashSet(StringComparer.Ordinal)
            : null;

    /// <summary>An attachment changed; an interface may wait for that.</summary>
    public void Wake() => Volatile.Read(ref _keeper)?.Wake();

    /// <summary>Serves until it is asked to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var alone = await LockAsync(stop);
        using var keeper = await OpenAsync(stop);
        var metrics = new AddressMetrics(meter, () => Enis, () => keeper.Book);
        var service = new IpamService(keeper, metrics, time);
        var collector = new LeaseCollector(keeper, new DeletionNotes(paths.Notes), pods, logger);
        await collector.ApplyNotesAsync();
        Volatile.Write(ref _keeper, keeper);
        foreach (var eni in Enis)
        {
            changed(eni.Attachment);
        }

        await Task.WhenAll(ServeAsync(service, stop), CollectAsync(collector, stop));
    }

    private async Task ServeAsync(IpamService service, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                Volatile.Write(ref _problem, null);
                await new IpamServer(paths.Socket, service.AnswerAsync, logger).RunAsync(stop);
            }
            catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
            {
                Report($"the socket {paths.Socket} of the CNI plugin eni-ipam cannot be served: {error.Message}");
                await Task.Delay(RetryDelay, time, stop);
            }
        }
    }

    private async Task CollectAsync(LeaseCollector collector, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await collector.CollectAsync(stop);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                Log.AddressesNotCollected(logger, error.Message);
            }
        }
    }

    // Two agents may meet while one replaces the other, and only one may give addresses.
    private async Task<FileStream> LockAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(paths.Book)!);
                return new FileStream(paths.Book + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Report($"the address book {paths.Book} cannot be locked: {error.Message}");
                await Task.Delay(RetryDelay, time, stop);
            }
        }
    }

    private async Task<AddressKeeper> OpenAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (bootId() is { } boot)
                {
                    return new AddressKeeper(new AddressBookFile(paths.Book, beforeWrite), boot, () => Enis, changed, time);
                }
            }
            catch (InvalidDataException error)
            {
                Report(error.Message);
            }

            await Task.Delay(RetryDelay, time, stop);
        }
    }

    private void Report(string problem)
    {
        if (Problem != problem)
        {
            Volatile.Write(ref _problem, problem);
            Log.AddressesUnavailable(logger, problem);
        }
    }
}

/// <summary>Where plugin and ENI manager meet, and where the book is.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Notes">Folder of the notes.</param>
/// <param name="Book">The address book.</param>
internal sealed record AddressPaths(string Socket, string Notes, string Book)
{
    /// <summary>All of them in the folder of the socket, which both programs see.</summary>
    public static AddressPaths Beside(string socket)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(socket))!;
        return new(socket, Path.Combine(folder, Path.GetFileName(IpamPaths.Notes)), Path.Combine(folder, "addresses.json"));
    }
}
