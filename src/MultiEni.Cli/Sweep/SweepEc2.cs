using System.Diagnostics.Metrics;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;

namespace MultiEni.Cli.Sweep;

/// <summary>
/// EC2 access through the controller's client and rate budget. Uses the AWS SDK's default
/// credential chain.
/// </summary>
internal sealed class SweepEc2 : IDisposable
{
    private readonly Meter _meter = new("MultiEni.Cli");
    private readonly Ec2Budget _budget;
    private readonly Ec2Client _client;
    private readonly string _cluster;

    public SweepEc2(Ec2ClientOptions options, string cluster, TimeProvider time)
    {
        _cluster = cluster;
        var metrics = new Ec2Metrics(_meter);
        _budget = new Ec2Budget(new Ec2BudgetOptions(), metrics, time);
        _client = new Ec2Client(options, _budget, metrics, time, () => { });
    }

    /// <summary>All ENIs with the cluster tag and the owner tag.</summary>
    public async Task<IReadOnlyList<EniRow>> RowsAsync(CancellationToken cancellationToken)
    {
        var rows = new List<EniRow>();
        var tags = new Dictionary<string, string> { [EniTags.Cluster] = _cluster, [EniTags.ManagedBy] = EniTags.Owner };
        await foreach (var page in _client.DescribeEnisByTagAsync(tags, CallPriority.LeakCleanup, cancellationToken))
        {
            rows.AddRange(page);
        }

        return rows;
    }

    /// <summary>Deletes an ENI.</summary>
    public Task DeleteAsync(string eniId, CancellationToken cancellationToken) =>
        _client.DeleteAsync(EniId.Parse(eniId, null), CallPriority.LeakCleanup, cancellationToken);

    public void Dispose()
    {
        _client.Dispose();
        _budget.Dispose();
        _meter.Dispose();
    }
}
