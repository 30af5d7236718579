using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Networks;

/// <summary>
/// Looks up Elastic IPs by tag. An answer counts until an ENI lacks one, however old it is: a
/// cluster in which nothing changes asks nothing.
/// </summary>
internal sealed class ElasticIpCatalog(Ec2Client ec2, TimeProvider time)
{
    /// <summary>Until an answer that lacks something is asked for again.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeptUnused = TimeSpan.FromHours(2);

    private readonly ExpiringMap<string, Entry> _bySelector = new(time);

    /// <summary>The Elastic IPs of a specification, those that something else has left out.</summary>
    /// <param name="spec">The specification; null for none.</param>
    /// <param name="isOurs">Whether an ENI is one of the cluster's.</param>
    /// <param name="oldest">How old the answer may be; null for any age.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ElasticIps> ResolveAsync(ElasticIpsSpec? spec, Func<string, bool> isOurs, TimeSpan? oldest, CancellationToken cancellationToken)
    {
        if (spec?.Selector is not { Count: > 0 } selector)
        {
            return new ElasticIps.Known(spec?.AllocationIds ?? []);
        }

        var key = string.Join('\n', selector.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
        if (!_bySelector.TryGet(key, out var known) || (oldest is { } age && time.GetElapsedTime(known.At) > age))
        {
            known = new(await LookUpAsync(selector, cancellationToken), time.GetTimestamp());
        }

        _bySelector.Set(key, known, KeptUnused);
        return known.Answer switch
        {
            { Rows: { } rows } => new ElasticIps.Known([
                .. rows.Where(row => row.AssociationId is null || (row.EniId is { } eni && isOurs(eni)))
                    .Select(row => row.AllocationId)
                    .Order(StringComparer.Ordinal),
            ]),
            { Failure: var failure } => new ElasticIps.Unknown(failure!),
        };
    }

    private async Task<Answer> LookUpAsync(Dictionary<string, string> selector, CancellationToken cancellationToken)
    {
        try
        {
            return new(await ec2.FindElasticIpsAsync(selector, cancellationToken), null);
        }
        catch (Ec2CallException failed)
        {
            return new(null, FailureMessage.For(failed.Failure));
        }
    }

    private sealed record Answer(IReadOnlyList<ElasticIpRow>? Rows, string? Failure);

    private sealed record Entry(Answer Answer, long At);
}
