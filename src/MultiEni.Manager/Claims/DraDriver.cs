using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Claims;

/// <summary>
/// The driver as the kubelet meets it: both sockets, in the order in which the kubelet needs them,
/// and the answers for claims. The driver's own socket answers before the one for the registration
/// is there, and that one is gone before anything else ends.
/// </summary>
/// <param name="paths">The sockets.</param>
/// <param name="preparation">Prepares claims.</param>
/// <param name="claims">Which claims are prepared.</param>
/// <param name="turns">One piece of work at a time for each claim.</param>
/// <param name="client">Claims in the API server.</param>
/// <param name="publisher">The devices on offer.</param>
/// <param name="registration">Told whether the kubelet has registered the driver.</param>
/// <param name="pluginUse">
/// Why a claim must not have a device because of pods with a device plugin; null when it may.
/// </param>
/// <param name="health">The devices' health, for the kubelet.</param>
/// <param name="host">The node's kernel.</param>
/// <param name="settings">How it behaves.</param>
/// <param name="metrics">Counts what is done.</param>
/// <param name="settled">Called when a claim's devices have changed.</param>
/// <param name="loggers">Makes logs.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class DraDriver(
    DraPaths paths,
    ClaimPreparation preparation,
    PreparedClaims claims,
    ClaimTurns turns,
    ClaimClient client,
    DraPublisher publisher,
    DriverRegistration registration,
    Func<PciAddress, CancellationToken, Task<string?>> pluginUse,
    DeviceHealthFeed health,
    NodeHost host,
    ManagerSettings settings,
    ClaimMetrics metrics,
    Action settled,
    ILoggerFactory loggers,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>
    /// A kubelet gives a call up after 45 seconds, and of what it gave up it says no more than
    /// that.
    /// </summary>
    internal static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, PreparedClaim> _unreported = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await GrpcSocketServer.StartAsync(loggers, cancellationToken);
        var sockets = new Sockets();
        try
        {
            while (true)
            {
                await OpenAsync(server, sockets, cancellationToken);
                await ReportAsync(cancellationToken);
                await EndLostAsync(cancellationToken);
                await WaitAsync(cancellationToken);
            }
        }
        finally
        {
            // From now on the kubelet begins nothing more here; what it has begun is finished.
            await sockets.CloseRegistrationAsync();
            await turns.EndAsync(settings.GracePeriod);
            health.End();
            await sockets.CloseAsync();
        }
    }

    /// <summary>Prepares a claim.</summary>
    public async Task<PrepareAnswer> PrepareAsync(ClaimReference claim, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var answer = await turns.RunAsync(
            claim.Uid,
            (doing, token) => DoPrepareAsync(claim, doing, token),
            doing => new PrepareAnswer.Refused(
                $"Claim {claim} is not prepared after {CallLimit.TotalSeconds} s, which were spent waiting for {doing}. It goes on, and the kubelet asks again."
            )
            {
                Reason = ClaimFailures.Timeout,
            },
            cancellationToken
        );
        metrics.Ended("prepare", (answer as PrepareAnswer.Refused)?.Reason, time.GetElapsedTime(start));
        if (answer is PrepareAnswer.Refused refused)
        {
            ClaimLog.ClaimNotPrepared(logger, claim.ToString(), claim.Uid, refused.Why);
        }

        return answer;
    }

    /// <summary>
    /// Ends a claim's preparation. One that is not known is not prepared, and that is what is asked
    /// for.
    /// </summary>
    public async Task<UnprepareAnswer> UnprepareAsync(ClaimReference claim, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var answer = await turns.RunAsync(
            claim.Uid,
            (doing, token) => DoUnprepareAsync(claim, doing, token),
            doing => new UnprepareAnswer.Refused(
                $"Claim {claim} has not ended after {CallLimit.TotalSeconds} s, which were spent waiting for {doing}. It goes on, and the kubelet asks again."
            )
            {
                Reason = ClaimFailures.Timeout,
            },
            cancellationToken
        );
        metrics.Ended("unprepare", (answer as UnprepareAnswer.Refused)?.Reason, time.GetElapsedTime(start));
        if (answer is UnprepareAnswer.Refused refused)
        {
            ClaimLog.ClaimNotEnded(logger, claim.ToString(), claim.Uid, refused.Why);
        }

        return answer;
    }

    private async Task<PrepareAnswer> DoPrepareAsync(ClaimReference asked, Action<string> doing, CancellationToken cancellationToken)
    {
        doing("the node's kernel");
        var boot = await BootIdAsync(cancellationToken);
        if (claims.Find(asked.Uid, boot) is { Phase: ClaimPhase.Prepared } prepared)
        {
            // Without the API server: a restart of the kubelet must not need it.
            _unreported[asked.Uid] = prepared;
            _wake.Writer.TryWrite(true);
            return preparation.Again(prepared);
        }

        if (publisher.Entries() is not { } devices)
        {
            return new PrepareAnswer.Refused($"Claim {asked}: eni-manager has only just started and has not read the node's devices yet.")
            {
                Reason = ClaimFailures.NotReady,
            };
        }

        doing("the API server");
        ResourceClaim? claim;
        try
        {
            claim = await client.GetAsync(asked, cancellationToken);
        }
        catch (Exception error) when (KubernetesFailure.Is(error))
        {
            return new PrepareAnswer.Refused($"Claim {asked} cannot be read from the API server: {error.Message}")
            {
                Reason = ClaimFailures.NotReady,
            };
        }

        var step = PrepareDecision.Decide(
            new PrepareObservation
            {
                Asked = asked,
                Claim = claim,
                Node = settings.NodeName,
                BootId = boot,
                Devices = devices,
                Prepared = claims.Of(boot),
                DpdkEnabled = settings.DpdkEnabled,
            }
        );
        switch (step)
        {
            case PrepareStep.Refuse refuse:
                return new PrepareAnswer.Refused(refuse.Why) { Reason = refuse.Reason };
            case PrepareStep.Prepare { Plan: var plan }:
                doing("the kubelet's list of the devices that pods have");
                if (await WhyHeldAsync(plan, cancellationToken) is { } held)
                {
                    return new PrepareAnswer.Refused(held) { Reason = ClaimFailures.DeviceInUse };
                }

                var answer = await preparation.PrepareAsync(plan, IsOffered, doing, cancellationToken);
                if (answer is PrepareAnswer.Prepared && claims.Find(asked.Uid, boot) is { } done)
                {
                    ClaimLog.ClaimPrepared(logger, asked.ToString(), asked.Uid, string.Join(", ", done.Devices.Select(Text)));
                    _unreported[asked.Uid] = done;
                }

                SettleAfter(asked.Uid);
                return answer;
            default:
                throw new InvalidOperationException($"No such step: {step}.");
        }
    }

    private bool IsOffered(PreparedClaimDevice device) =>
        publisher.Entries()?.Any(entry => entry.Device.Name == device.Device && entry.Standing is not DeviceStanding.Gone) == true;

    // A scheduler of claims does not know which devices pods got from a device plugin.
    private async Task<string?> WhyHeldAsync(PreparedClaim plan, CancellationToken cancellationToken)
    {
        foreach (var device in plan.Devices.Where(device => !device.IsAdminAccess))
        {
            if (await pluginUse(device.Address, cancellationToken) is { } why)
            {
                return $"Device {device.Device} of claim {plan} cannot be prepared: {why}";
            }
        }

        return null;
    }

    private async Task<UnprepareAnswer> DoUnprepareAsync(ClaimReference asked, Action<string> doing, CancellationToken cancellationToken)
    {
        doing("the node's kernel");
        if (claims.Find(asked.Uid, await BootIdAsync(cancellationToken)) is not { } claim)
        {
            return new UnprepareAnswer.Done();
        }

        _unreported.TryRemove(asked.Uid, out _);
        var answer = await preparation.UnprepareAsync(claim, doing, cancellationToken);
        if (answer is UnprepareAnswer.Done)
        {
            ClaimLog.ClaimEnded(logger, claim.ToString(), claim.Uid);
        }

        SettleAfter(asked.Uid);
        return answer;
    }

    // When the turn is over: until then nobody looks at its devices.
    private void SettleAfter(string uid) =>
        _ = turns
            .EndOf(uid)
            .ContinueWith(
                _ =>
                {
                    publisher.Changed();
                    settled();
                    _wake.Writer.TryWrite(true);
                },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );

    private static string Text(PreparedClaimDevice device) => $"{device.Device} ({device.PciAddress}) with {device.Driver}";

    // Pods can start without it, so nobody waits for it, and what could not be written is written
    // later.
    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        foreach (var (uid, claim) in _unreported)
        {
            try
            {
                await client.ReportAsync(claim, cancellationToken);
            }
            catch (KubernetesApiException gone) when (gone.IsNotFound || gone.IsConflict)
            {
                // Another claim of the name by now, or none.
            }
            catch (Exception error) when (KubernetesFailure.Is(error))
            {
                ClaimLog.ClaimNotReported(logger, claim.ToString(), error.Message);
                continue;
            }

            _unreported.TryRemove(KeyValuePair.Create(uid, claim));
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(Interval, time, over.Token), _wake.Reader.WaitToReadAsync(over.Token).AsTask());
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _wake.Reader.TryRead(out _);
    }

    // A kubelet asks for the end of whatever it has begun, unless it has lost its own record. What
    // was not finished, for a claim that is gone, is taken back without it.
    private async Task EndLostAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var claim in claims.Of(await BootIdAsync(cancellationToken)))
            {
                var reference = new ClaimReference(claim.Namespace, claim.Name, claim.Uid);
                if (
                    claim.Phase != ClaimPhase.Prepared
                    && !turns.IsRunning(claim.Uid)
                    && (await client.GetAsync(reference, cancellationToken))?.Metadata.Uid != claim.Uid
                )
                {
                    await UnprepareAsync(reference, cancellationToken);
                }
            }
        }
        catch (Exception error) when (KubernetesFailure.Is(error) || error is Binding.JournalException or InvalidDataException)
        {
            // The next round asks again; whoever needs the record is told what is wrong with it.
        }
    }

    private async Task OpenAsync(GrpcSocketServer server, Sockets sockets, CancellationToken cancellationToken)
    {
        try
        {
            if (sockets.Plugin is null || !File.Exists(paths.PluginSocket))
            {
                await sockets.CloseRegistrationAsync();
                await sockets.CloseAsync();
                Directory.CreateDirectory(paths.PluginFolder);
                sockets.Plugin = await server.ListenAsync(
                    paths.PluginSocket,
                    new DraPluginService(PrepareAsync, UnprepareAsync, health),
                    cancellationToken
                );
                ClaimLog.DriverServed(logger, ClaimNames.Driver, paths.PluginSocket);
            }

            if (sockets.Registration is null || !File.Exists(paths.RegistrationSocket))
            {
                await sockets.CloseRegistrationAsync();
                RemoveDeadSockets();
                sockets.Registration = await server.ListenAsync(
                    paths.RegistrationSocket,
                    new RegistrationService(ClaimNames.Driver, paths.PluginSocket, registration.Note),
                    cancellationToken
                );
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            registration.Note(error.Message);
        }
    }

    // Of a pod that was killed: the kubelet would go on trying to reach it. That of one that is
    // being replaced answers, and is left alone.
    private void RemoveDeadSockets()
    {
        foreach (var path in Directory.EnumerateFiles(paths.RegistrationFolder, $"{ClaimNames.Driver}*{DraPaths.RegistrationSuffix}"))
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                File.Delete(path);
            }
        }
    }

    private async Task<string> BootIdAsync(CancellationToken cancellationToken) =>
        (await host.Files.ReadTextAsync(SysfsPaths.BootId, cancellationToken))?.Trim() is { Length: > 0 } boot
            ? boot
            : throw new IOException($"{SysfsPaths.BootId} cannot be read: without the boot's identity no record can be trusted.");

    private sealed class Sockets
    {
        public IAsyncDisposable? Plugin { get; set; }

        public IAsyncDisposable? Registration { get; set; }

        public async Task CloseRegistrationAsync()
        {
            if (Registration is { } open)
            {
                Registration = null;
                await open.DisposeAsync();
            }
        }

        public async Task CloseAsync()
        {
            if (Plugin is { } open)
            {
                Plugin = null;
                await open.DisposeAsync();
            }
        }
    }
}
