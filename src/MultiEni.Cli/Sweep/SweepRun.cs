using System.CommandLine;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leaks;

namespace MultiEni.Cli.Sweep;

/// <summary>One sweep: list, show, confirm, list again, delete.</summary>
internal sealed class SweepRun(
    SweepEc2 ec2,
    SweepCluster? cluster,
    string name,
    string region,
    ParseResult parsed,
    SweepOptions options,
    CliContext context
)
{
    private bool ForPrograms => parsed.GetValue(options.Format) != OutputFormats.Text;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var began = context.Time.GetTimestamp();
        var plan = await ListAsync(cancellationToken);
        if (!ForPrograms)
        {
            Show(plan);
        }

        var deletes = plan.Leaked.Count > 0 && await MayDeleteAsync(plan.Leaked.Count, cancellationToken);
        var deleted = deletes ? await DeleteAsync(plan, began, cancellationToken) : [];
        if (ForPrograms)
        {
            MachineOutput.Write(
                context.Output,
                parsed.GetValue(options.Format)!,
                new SweepReport(
                    name,
                    region,
                    [.. plan.Leaked.Select(SweptEni.Of)],
                    [.. plan.StillAttached.Select(SweptEni.Of)],
                    [.. plan.Adopted.Select(SweptEni.Of)],
                    deleted
                ),
                SweepJson.Default.SweepReport
            );
        }

        return deleted.Count == plan.Leaked.Count && plan.StillAttached.Count == 0 ? ExitCodes.Fine : ExitCodes.Trouble;
    }

    // EC2 is read before the cluster, so that an ENI created in between is not taken for
    // leaked.
    private async Task<SweepPlan> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await ec2.RowsAsync(cancellationToken);
        var inUse = cluster is null ? EnisInUse.None : await cluster.InUseAsync(cancellationToken);
        return SweepPlan.Decide(rows, inUse, context.Time.GetUtcNow());
    }

    private void Show(SweepPlan plan)
    {
        foreach (var eni in plan.Leaked.Select(SweptEni.Of))
        {
            context.Output.WriteLine($"leaked    {eni.EniId}  {eni.SubnetId}  created for NodeENI {eni.NodeEni} on {eni.Node}");
        }

        foreach (var eni in plan.StillAttached.Select(SweptEni.Of))
        {
            context.Output.WriteLine(
                $"attached  {eni.EniId}  {eni.SubnetId}  created for NodeENI {eni.NodeEni} on {eni.Node}; leaked, but still attached to {eni.InstanceId}: not deleted, detach it first"
            );
        }

        foreach (var row in plan.Adopted)
        {
            context.Output.WriteLine(
                $"adopted   {row.EniId}  {row.SubnetId}  attached by a launch template: not deleted. To remove the cluster's tags: "
                    + $"aws ec2 delete-tags --region {region} --resources {row.EniId} --tags {string.Join(' ', EniTags.OfAdoption.Select(key => $"Key={key}"))}"
            );
        }

        context.Output.WriteLine($"{plan.Leaked.Count} leaked ENIs of cluster {name} in {region}, {plan.StillAttached.Count} more still attached.");
    }

    private async Task<bool> MayDeleteAsync(int count, CancellationToken cancellationToken)
    {
        var yes = parsed.GetValue(options.Yes);
        if (parsed.GetValue(options.DryRun) || (!yes && !context.InputIsTerminal))
        {
            await context.Error.WriteLineAsync("Nothing was deleted. To delete them, pass --yes.");
            return false;
        }

        if (cluster is not null && !parsed.GetValue(options.WhileRunning) && await cluster.LeaderAsync(cancellationToken) is { } leader)
        {
            throw new CommandFailedException(
                $"A controller is running ({leader}) and deletes leaked ENIs some minutes after it first observes them.",
                "Wait for it, or pass --while-controller-runs.",
                ExitCodes.Trouble
            );
        }

        if (yes)
        {
            return true;
        }

        await context.Error.WriteAsync($"Delete these {count} ENIs? [y/N] ");
        return await context.Input.ReadLineAsync(cancellationToken) is { } answer && answer.Trim() is "y" or "Y" or "yes";
    }

    private async Task<IReadOnlyList<string>> DeleteAsync(SweepPlan plan, long began, CancellationToken cancellationToken)
    {
        // EC2 does not report when an ENI was created: one that a controller has just
        // created is attached after this time.
        var wait = TimeSpan.FromSeconds(parsed.GetValue(options.GracePeriod)) - context.Time.GetElapsedTime(began);
        if (wait > TimeSpan.Zero)
        {
            await context.Error.WriteLineAsync(
                $"Checking again in {Math.Ceiling(wait.TotalSeconds)} s, then deleting the ENIs that are still unattached and leaked."
            );
            await Task.Delay(wait, context.Time, cancellationToken);
        }

        var deleted = new List<string>();
        foreach (var row in plan.Confirmed(await ListAsync(cancellationToken)))
        {
            try
            {
                await ec2.DeleteAsync(row.EniId, cancellationToken);
                deleted.Add(row.EniId);
                Print($"deleted   {row.EniId}");
            }
            catch (Ec2CallException failed)
            {
                await context.Error.WriteLineAsync($"error: {row.EniId} was not deleted: {failed.Failure}");
            }
        }

        Print($"{deleted.Count} of {plan.Leaked.Count} ENIs deleted.");
        return deleted;
    }

    private void Print(string line)
    {
        if (!ForPrograms)
        {
            context.Output.WriteLine(line);
        }
    }
}

/// <summary>
/// The ENIs that a sweep deletes and keeps. Pure; reuses the controller's decision.
/// </summary>
/// <param name="Leaked">Unattached ENIs of this cluster without an ENIAttachment.</param>
/// <param name="StillAttached">
/// ENIs of this cluster without an ENIAttachment that are still attached to an instance: never
/// deleted here.
/// </param>
/// <param name="Adopted">
/// ENIs without an ENIAttachment that a launch template made: they belong to somebody, only the
/// cluster's tags on them are left over.
/// </param>
internal sealed record SweepPlan(IReadOnlyList<EniRow> Leaked, IReadOnlyList<EniRow> StillAttached, IReadOnlyList<EniRow> Adopted)
{
    // The user reviews the list instead of the leak brake. The grace period is the wait before
    // the second listing.
    private static readonly LeakLimits Limits = new()
    {
        Grace = TimeSpan.Zero,
        MaximumPerPass = int.MaxValue,
        BrakeMinimum = int.MaxValue,
    };

    /// <summary>
    /// The plan for these rows, which must be read before <paramref name="inUse"/>.
    /// </summary>
    public static SweepPlan Decide(IReadOnlyList<EniRow> rows, EnisInUse inUse, DateTimeOffset now)
    {
        var seen = rows.ToDictionary(row => row.EniId, _ => now);
        var verdict = LeakDecision.Decide(rows, inUse.Slots.Contains, inUse.IsRetained, seen, now, Limits);
        return new SweepPlan(
            verdict.Delete,
            [
                .. rows.Where(row => !row.Adopted && row.Attachment is not null && row.Slot is { } slot && !inUse.Slots.Contains(slot))
                    .OrderBy(row => row.EniId, StringComparer.Ordinal),
            ],
            [
                .. rows.Where(row => row.Adopted && row.Slot is { } slot && !inUse.Slots.Contains(slot))
                    .OrderBy(row => row.EniId, StringComparer.Ordinal),
            ]
        );
    }

    /// <summary>ENIs that are leaked in both listings.</summary>
    public IReadOnlyList<EniRow> Confirmed(SweepPlan again) => [.. Leaked.Where(row => again.Leaked.Any(other => other.EniId == row.EniId))];
}
