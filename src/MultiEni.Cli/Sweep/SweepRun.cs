using System.CommandLine;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leaks;

namespace MultiEni.Cli.Sweep;

/// <summary>One sweep: look, show, ask, look again, delete.</summary>
internal sealed class SweepRun(
    SweepEc2 ec2,
    SweepCluster? cluster,
    string name,
    string region,
    ParseResult parsed,
    SweepOptions options,
    CliContext surroundings
)
{
    private bool ForPrograms => parsed.GetValue(options.Format) != OutputFormats.Text;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var began = surroundings.Time.GetTimestamp();
        var plan = await LookAsync(cancellationToken);
        if (!ForPrograms)
        {
            Show(plan);
        }

        var deletes = plan.Leaked.Count > 0 && await MayDeleteAsync(plan.Leaked.Count, cancellationToken);
        var deleted = deletes ? await DeleteAsync(plan, began, cancellationToken) : [];
        if (ForPrograms)
        {
            MachineOutput.Write(
                surroundings.Output,
                parsed.GetValue(options.Format)!,
                new SweepReport(name, region, [.. plan.Leaked.Select(SweptEni.Of)], [.. plan.StillAttached.Select(SweptEni.Of)], deleted),
                SweepJson.Default.SweepReport
            );
        }

        return deleted.Count == plan.Leaked.Count && plan.StillAttached.Count == 0 ? ExitCodes.Fine : ExitCodes.Trouble;
    }

    // The cloud is read before the cluster, so that an ENI made in between is wanted.
    private async Task<SweepPlan> LookAsync(CancellationToken cancellationToken)
    {
        var rows = await ec2.RowsAsync(cancellationToken);
        var wanted = cluster is null ? new HashSet<string>(StringComparer.Ordinal) : await cluster.WantedAsync(cancellationToken);
        return SweepPlan.Decide(rows, wanted, surroundings.Time.GetUtcNow());
    }

    private void Show(SweepPlan plan)
    {
        foreach (var eni in plan.Leaked.Select(SweptEni.Of))
        {
            surroundings.Output.WriteLine($"leaked    {eni.EniId}  {eni.SubnetId}  made for NodeENI {eni.NodeEni} on {eni.Node}");
        }

        foreach (var eni in plan.StillAttached.Select(SweptEni.Of))
        {
            surroundings.Output.WriteLine(
                $"attached  {eni.EniId}  {eni.SubnetId}  made for NodeENI {eni.NodeEni} on {eni.Node}; nobody wants it and {eni.InstanceId} has it: left alone, detach it first"
            );
        }

        surroundings.Output.WriteLine(
            $"{plan.Leaked.Count} leaked ENIs of cluster {name} in {region}, {plan.StillAttached.Count} unwanted ones are still attached."
        );
    }

    private async Task<bool> MayDeleteAsync(int count, CancellationToken cancellationToken)
    {
        var yes = parsed.GetValue(options.Yes);
        if (parsed.GetValue(options.DryRun) || (!yes && !surroundings.InputIsTerminal))
        {
            await surroundings.Error.WriteLineAsync("Nothing was deleted; --yes deletes them.");
            return false;
        }

        if (cluster is not null && !parsed.GetValue(options.WhileRunning) && await cluster.LeaderAsync(cancellationToken) is { } leader)
        {
            throw new CommandFailedException(
                $"A controller runs ({leader}), which deletes leaked ENIs by itself some minutes after it first saw them.",
                "Wait for it, or say --while-controller-runs.",
                ExitCodes.Trouble
            );
        }

        if (yes)
        {
            return true;
        }

        await surroundings.Error.WriteAsync($"Delete these {count} ENIs? [y/N] ");
        return await surroundings.Input.ReadLineAsync(cancellationToken) is { } answer && answer.Trim() is "y" or "Y" or "yes";
    }

    private async Task<IReadOnlyList<string>> DeleteAsync(SweepPlan plan, long began, CancellationToken cancellationToken)
    {
        // EC2 does not say when an ENI was made: one that a controller made a moment ago is attached after this.
        var wait = TimeSpan.FromSeconds(parsed.GetValue(options.GracePeriod)) - surroundings.Time.GetElapsedTime(began);
        if (wait > TimeSpan.Zero)
        {
            await surroundings.Error.WriteLineAsync(
                $"Looking again in {Math.Ceiling(wait.TotalSeconds)} s, and deleting what is still unattached and wanted by nobody."
            );
            await Task.Delay(wait, surroundings.Time, cancellationToken);
        }

        var deleted = new List<string>();
        foreach (var row in plan.Confirmed(await LookAsync(cancellationToken)))
        {
            try
            {
                await ec2.DeleteAsync(row.EniId, cancellationToken);
                deleted.Add(row.EniId);
                Tell($"deleted   {row.EniId}");
            }
            catch (Ec2CallException failed)
            {
                await surroundings.Error.WriteLineAsync($"error: {row.EniId} was not deleted: {failed.Failure}");
            }
        }

        Tell($"{deleted.Count} of {plan.Leaked.Count} were deleted.");
        return deleted;
    }

    private void Tell(string line)
    {
        if (!ForPrograms)
        {
            surroundings.Output.WriteLine(line);
        }
    }
}

/// <summary>What a sweep would delete and what it leaves. Pure; the decision itself is the controller's.</summary>
/// <param name="Leaked">ENIs of this cluster that lie about unattached and that nobody wants.</param>
/// <param name="StillAttached">ENIs of this cluster that nobody wants and that an instance still has: never touched here.</param>
internal sealed record SweepPlan(IReadOnlyList<EniRow> Leaked, IReadOnlyList<EniRow> StillAttached)
{
    // A person looks at the list in place of the brake. The grace is the time until everything is looked at again, before the first deletion.
    private static readonly LeakLimits Limits = new()
    {
        Grace = TimeSpan.Zero,
        MaximumPerPass = int.MaxValue,
        BrakeMinimum = int.MaxValue,
    };

    /// <summary>The plan over what EC2 said, read before <paramref name="wanted"/> was.</summary>
    public static SweepPlan Decide(IReadOnlyList<EniRow> rows, IReadOnlySet<string> wanted, DateTimeOffset now)
    {
        var seen = rows.ToDictionary(row => row.EniId, _ => now);
        var verdict = LeakDecision.Decide(rows, wanted.Contains, seen, now, Limits);
        return new SweepPlan(
            verdict.Delete,
            [
                .. rows.Where(row => row.Attachment is not null && row.Slot is { } slot && !wanted.Contains(slot))
                    .OrderBy(row => row.EniId, StringComparer.Ordinal),
            ]
        );
    }

    /// <summary>What is still to be deleted when everything was looked at again.</summary>
    public IReadOnlyList<EniRow> Confirmed(SweepPlan again) => [.. Leaked.Where(row => again.Leaked.Any(other => other.EniId == row.EniId))];
}
