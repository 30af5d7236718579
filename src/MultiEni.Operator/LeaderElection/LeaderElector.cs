using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.LeaderElection;

/// <summary>Makes sure that of many processes one leads, by a Lease.</summary>
/// <remarks>
/// A leader stops acting one renew deadline after it sent its last successful renewal; others wait a whole lease duration after they
/// saw it. As the first is shorter, there are never two, whatever the clocks say and however long a process was paused, as long as
/// every change outside is preceded by <see cref="Leadership.ThrowIfLost"/>.
/// </remarks>
public sealed class LeaderElector
{
    private const double Spread = 0.2;
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    private readonly LeaderElectionOptions options;
    private readonly LeaseContender contender;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private volatile Leadership? current;
    private bool isUnanswered;

    /// <summary>A candidate.</summary>
    /// <exception cref="ArgumentException">The periods do not fit: retry &lt; renew deadline &lt; lease duration.</exception>
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

        this.options = options;
        this.time = time;
        this.logger = logger;
        contender = new LeaseContender(client, options, time);
    }

    /// <summary>Whether this process leads now.</summary>
    public bool IsLeader => current is { IsHeld: true };

    /// <summary>
    /// Waits for the lease, runs <paramref name="lead"/> while renewing it, waits for it to end and gives the lease back. The token
    /// of <paramref name="lead"/> is cancelled when the caller cancels and when leadership is lost. Returns when the caller cancels
    /// or <paramref name="lead"/> ends; an exception of <paramref name="lead"/> comes out here.
    /// </summary>
    /// <exception cref="LeadershipLostException">
    /// Leadership was lost and <paramref name="lead"/> has ended; the process should end and start afresh.
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

        using var leadership = new Leadership(time, options.RenewDeadline, acquired);
        current = leadership;
        try
        {
            OperatorLog.Leading(logger, options.Identity);
            await LeadAsync(lead, leadership, cancellationToken);
        }
        finally
        {
            current = null;
            await ReleaseAsync(leadership);
        }
    }

    private async Task<long> AcquireAsync(CancellationToken cancellationToken)
    {
        string? told = null;
        while (true)
        {
            if (await AttemptAsync(ShareOf(options.RenewDeadline), cancellationToken) is { } sent)
            {
                return sent;
            }

            if (contender.Holder is { Length: > 0 } holder && holder != told)
            {
                told = holder;
                OperatorLog.StandingBy(logger, options.Identity, holder);
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
            // The lease is renewed until the work has really ended, or else a successor could overlap with it.
            await ended.CancelAsync();
            await renewing;
        }

        if (leadership.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LeadershipLostException($"{options.Identity} has lost the lease {options.Namespace}/{options.Name}.");
        }
    }

    private async Task RenewAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Lost);
        try
        {
            while (leadership.IsHeld)
            {
                // One broken connection does not end leadership: attempts go on until the deadline, and one that is not answered has waited already.
                if (!isUnanswered)
                {
                    await PauseAsync(either.Token);
                }

                if (await AttemptAsync(ShareOf(leadership.Remaining), either.Token) is { } sent)
                {
                    leadership.Extend(sent);
                }
                else if (contender.Holder is { Length: > 0 } holder && holder != options.Identity)
                {
                    OperatorLog.LeadershipLost(logger, $"{holder} holds the lease");
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
            OperatorLog.LeadershipLost(logger, $"not renewed within {options.RenewDeadline}");
            leadership.Lose();
        }
    }

    /// <summary>One attempt on the lease. Returns when it was sent if it succeeded: leadership counts from there, not from the answer.</summary>
    private async Task<long?> AttemptAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var renewsConnection = isUnanswered;
        isUnanswered = false;
        try
        {
            using var deadline = new RequestDeadline("lease", limit, time, cancellationToken);
            return await deadline.RunAsync(async token => await contender.TryAsync(renewsConnection, token)) ? sent : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            isUnanswered = e is TimeoutException;
            OperatorLog.LeaseAttemptFailed(logger, e.Message);
            return null;
        }
    }

    /// <summary>The time for one attempt: half of what is left, so that one which is never answered leaves room for the next.</summary>
    private static TimeSpan ShareOf(TimeSpan left) => left / 2 > ShortestAttempt ? left / 2 : left;

    private Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(options.RetryPeriod * (1 + (Spread * Random.Shared.NextDouble())), time, cancellationToken);

    private async Task ReleaseAsync(Leadership leadership)
    {
        if (!leadership.IsHeld)
        {
            return;
        }

        try
        {
            using var deadline = new RequestDeadline("release the lease", ReleaseLimit, time, CancellationToken.None);
            await deadline.RunAsync(async token =>
            {
                await contender.ReleaseAsync(token);
                return true;
            });
            OperatorLog.LeaseReleased(logger);
        }
        catch (Exception e)
        {
            OperatorLog.LeaseNotReleased(logger, e.Message);
        }
    }
}
