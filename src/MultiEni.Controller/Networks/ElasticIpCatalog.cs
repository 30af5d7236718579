using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Networks;

/// <summary>
/// Looks up Elastic IPs by tag, and remembers which ones EC2 refused. An answer counts until an ENI
/// lacks one, or for as long as the caller lets it.
/// </summary>
internal sealed class ElasticIpCatalog(Ec2Client ec2, TimeProvider time)
{
    /// <summary>Until an answer that lacks something is asked for again.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    /// <summary>For how long an answer counts that lacks nothing: tags are changed by people.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan KeptUnused = TimeSpan.FromHours(2);

    private readonly ExpiringMap<string, Entry> _bySelector = new(time);
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromMinutes(30);

    private readonly ExpiringMap<string, Refusal> _refusals = new(time);

    /// <summary>The NodeENI whenever EC2 refuses one of its Elastic IPs: it may have others.</summary>
    public Signal<string> Refusals { get; } = new();

    /// <summary>
    /// EC2 will not associate an Elastic IP with an ENI: something else has it, or it does not exist.
    /// Whatever is known of it by its tags is out of date, and for a while ENIs had better have others.
    /// </summary>
    /// <param name="attachment">The attachment of the ENI.</param>
    /// <param name="allocationId">The Elastic IP.</param>
    /// <param name="duration">
    /// For how long it is given to no ENI that can have another one. Twice as long each time, up to
    /// half an hour: with a list that others use up, each refusal has the next one tried.
    /// </param>
    public void Refuse(EniAttachment attachment, string allocationId, TimeSpan duration)
    {
        var longer = _refusals.TryGet(allocationId, out var last) ? last.Duration * 2 : duration;
        _refusals.Set(allocationId, new(time.GetTimestamp(), longer < LongestRefusal ? longer : LongestRefusal), KeptUnused);
        _bySelector.RemoveWhere((_, entry) => entry.Answer.Rows?.Any(row => row.AllocationId == allocationId) == true);
        Refusals.Raise(attachment.Spec!.NodeEniRef.Name);
    }

    /// <summary>Whether EC2 lately refused it.</summary>
    public bool IsRefused(string allocationId) => _refusals.TryGet(allocationId, out var last) && time.GetElapsedTime(last.At) < last.Duration;

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
        if (
            !_bySelector.TryGet(key, out var known)
            || ((known.Answer.Failure is null ? oldest : Refresh) is { } age && time.GetElapsedTime(known.At) > age)
        )
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

    private sealed record Refusal(long At, TimeSpan Duration);
}
