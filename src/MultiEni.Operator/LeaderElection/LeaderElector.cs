using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.LeaderElection;

/// <summary>Makes sure that of many processes one leads, by a Lease.</summary>
/// <remarks>
/// A leader stops acting one renew deadline after it sent its last successful renewal; others wait
/// a whole lease duration after they saw it. As the first is shorter, there are never two, whatever
/// the clocks say and however long a process was paused, as long as every change outside is
/// preceded by <see cref="Leadership.ThrowIfLost"/>.
/// </remarks>
public sealed class LeaderElector
{
    private const double Spread = 0.2;
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    private readonly LeaderElectionOptions _options;
    private readonly LeaseContender _contender;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile Leadership? _current;
    private bool _isUnanswered;

    /// <summary>A candidate.</summary>
    /// <exception cref="ArgumentException">
    /// The periods do not fit: retry &lt; renew deadline &lt; lease duration.
    /// </exception>
    public LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.RenewDeadline >= options.LeaseDuration || options.RetryPeriod * (1 + Spread) >= options.RenewDeadline)
        {
            throw new ArgumentException(
                $"The retry period ({options.RetryPeriod}) must be shorter than the renew deadline ({options.RenewDeadline}), "
                    + $"and that shorter than the lease duration ({options.LeaseDuration}).",
                nameof(options)
            );
        }

        _options = options;
        _time = time;
        _logger = logger;
        _contender = new LeaseContender(client, options, time);
    }

    /// <summary>Whether this process leads now.</summary>
    public bool IsLeader => _current is { IsHeld: true };

    /// <summary>
    /// Waits for the lease, runs <paramref name="lead"/> while renewing it, waits for it to end and
    /// gives the lease back. The token of <paramref name="lead"/> is cancelled when the caller
    /// cancels and when leadership is lost. Returns when the caller cancels or
    /// <paramref name="lead"/> ends; an exception of <paramref name="lead"/> comes out here.
    /// </summary>
    /// <exception cref="LeadershipLostException">
    /// Leadership was lost and <paramref name="lead"/> has ended; the process should end and start
    /// afresh.
    /// </exception>
    public async Task RunAsync(Func<Leadership, CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        long acquired;
        try
        {
            acquired = await AcquireAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        using var leadership = new Leadership(_time, _options.RenewDeadline, acquired);
        _current = leadership;
        try
        {
            OperatorLog.Leading(_logger, _options.Identity);
            await LeadAsync(lead, leadership, cancellationToken);
        }
        finally
        {
            _current = null;
            await ReleaseAsync(leadership);
        }
    }

    private async Task<long> AcquireAsync(CancellationToken cancellationToken)
    {
        string? told = null;
        while (true)
        {
            if (await AttemptAsync(ShareOf(_options.RenewDeadline), cancellationToken) is { } sent)
            {
                return sent;
            }

            if (_contender.Holder is { Length: > 0 } holder && holder != told)
            {
                told = holder;
                OperatorLog.StandingBy(_logger, _options.Identity, holder);
            }

            await PauseAsync(cancellationToken);
        }
    }

    private async Task LeadAsync(Func<Leadership, CancellationToken, Task> lead, Leadership leadership, CancellationToken cancellationToken)
    {
        using var leadToken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Lost);
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(leadership, ended.Token);
        try
        {
            await lead(leadership, leadToken.Token);
        }
        catch (OperationCanceledException) when (leadToken.IsCancellationRequested)
        {
            // It was asked to end.
        }
        finally
        {
            // The lease is renewed until the work has really ended, or else a successor could
            // overlap with it.
            await ended.CancelAsync();
            await renewing;
        }

        if (leadership.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LeadershipLostException($"{_options.Identity} has lost the lease {_options.Namespace}/{_options.Name}.");
        }
    }

    private async Task RenewAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Lost);
        try
        {
            while (leadership.IsHeld)
            {
                // One broken connection does not end leadership: attempts go on until the deadline,
                // and one that is not answered has waited already.
                if (!_isUnanswered)
                {
                    await PauseAsync(either.Token);
                }

                if (await AttemptAsync(ShareOf(leadership.Remaining), either.Token) is { } sent)
                {
                    leadership.Extend(sent);
                }
                else if (_contender.Holder is { Length: > 0 } holder && holder != _options.Identity)
                {
                    OperatorLog.LeadershipLost(_logger, $"{holder} holds the lease");
                    leadership.Lose();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The work has ended, or the deadline has passed.
        }

        if (!leadership.IsHeld && !cancellationToken.IsCancellationRequested)
        {
            OperatorLog.LeadershipLost(_logger, $"not renewed within {_options.RenewDeadline}");
            leadership.Lose();
        }
    }

    /// <summary>
    /// One attempt on the lease. Returns when it was sent if it succeeded: leadership counts from
    /// there, not from the answer.
    /// </summary>
    private async Task<long?> AttemptAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var sent = _time.GetTimestamp();
        var renewsConnection = _isUnanswered;
        _isUnanswered = false;
        try
        {
            using var deadline = new RequestDeadline("lease", limit, _time, cancellationToken);
            return await deadline.RunAsync(async token => await _contender.TryAsync(renewsConnection, token)) ? sent : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _isUnanswered = e is TimeoutException;
            OperatorLog.LeaseAttemptFailed(_logger, e.Message);
            return null;
        }
    }

    /// <summary>
    /// The time for one attempt: half of what is left, so that one which is never answered leaves
    /// room for the next.
    /// </summary>
    private static TimeSpan ShareOf(TimeSpan left) => left / 2 > ShortestAttempt ? left / 2 : left;

    private Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(_options.RetryPeriod * (1 + (Spread * Random.Shared.NextDouble())), _time, cancellationToken);

    private async Task ReleaseAsync(Leadership leadership)
    {
        if (!leadership.IsHeld)
        {
            return;
        }

        try
        {
            using var deadline = new RequestDeadline("release the lease", ReleaseLimit, _time, CancellationToken.None);
            await deadline.RunAsync(async token =>
            {
                await _contender.ReleaseAsync(token);
                return true;
            });
            OperatorLog.LeaseReleased(_logger);
        }
        catch (Exception e)
        {
            OperatorLog.LeaseNotReleased(_logger, e.Message);
        }
    }
}

/// <summary>Which lease is fought for, as whom, and how patiently.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Namespace of the Lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Who we are: unique among processes and restarts, such as pod name, underscore, random.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>How long others leave a lease alone that is not renewed.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long after the last renewal a leader still regards itself as one; shorter than
    /// <see cref="LeaseDuration"/>.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between attempts.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
