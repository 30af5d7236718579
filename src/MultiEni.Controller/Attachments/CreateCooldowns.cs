using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leading;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Where no create call makes sense for a while: a subnet without room, or everywhere when the
/// account's quota is used up. Without it each of a thousand attachments would find out for itself.
/// </summary>
internal sealed class CreateCooldowns(TimeProvider time)
{
    private const string Everywhere = "";
    private readonly ExpiringMap<(string Subnet, bool OfPrefixes), Cooldown> _cooldowns = new(time);
    private readonly ExpiringMap<(string Subnet, bool OfPrefixes), Shortage> _shortages = new(time);

    /// <summary>
    /// The subnet whenever one has a cooldown: whoever can use another one may plan anew.
    /// </summary>
    public Signal<string> Subnets { get; } = new();

    /// <summary>How many are remembered.</summary>
    public int Remembered => _cooldowns.Count + _shortages.Count;

    /// <summary>Starts the cooldown that a failed call asks for, if any.</summary>
    /// <param name="failure">The failed call.</param>
    /// <param name="subnetId">The subnet of its ENI.</param>
    public void Start(Ec2Failure failure, string subnetId)
    {
        var scope = failure.Reaction.Cooldown;
        if (scope == CooldownScope.None)
        {
            return;
        }

        var duration = failure.Reaction.RetryAfter!.Value;
        var cooldown = new Cooldown(time.GetUtcNow() + duration, failure.Reaction.Reason, FailureMessage.For(failure, $"subnet {subnetId}"));
        if (scope == CooldownScope.Account)
        {
            _cooldowns.Set((Everywhere, OfPrefixes: false), cooldown, duration);
            return;
        }

        _cooldowns.Set((subnetId, OfPrefixes: scope == CooldownScope.PrefixesOfSubnet), cooldown, duration);
        Subnets.Raise(subnetId);
    }

    /// <summary>
    /// A subnet did not have as many addresses or prefixes as were asked for, which says nothing of
    /// fewer: an ENI with one address may still be created in it.
    /// </summary>
    /// <param name="failure">The failed call.</param>
    /// <param name="subnetId">The subnet.</param>
    /// <param name="ofPrefixes">Whether prefixes were asked for.</param>
    /// <param name="count">How many were asked for.</param>
    public void StartShortage(Ec2Failure failure, string subnetId, bool ofPrefixes, int count)
    {
        var (key, now) = ((subnetId, ofPrefixes), time.GetUtcNow());
        var before = ShortageOf(subnetId, ofPrefixes);
        var until = before?.Until ?? now + InsufficientAddresses.Cooldown;
        var shortage = new Shortage(
            until,
            Math.Min(count, before?.Refused ?? count),
            (before?.Times ?? 0) + 1,
            failure.Reaction.Reason,
            FailureMessage.For(failure, $"subnet {subnetId}")
        );
        _shortages.Set(key, shortage, until - now);
    }

    /// <summary>What a subnet did not have lately; null when nothing was refused.</summary>
    public Shortage? ShortageOf(string subnetId, bool ofPrefixes) => _shortages.TryGet((subnetId, ofPrefixes), out var shortage) ? shortage : null;

    /// <summary>The cooldown that holds for an attachment's ENI, or null.</summary>
    public Cooldown? For(EniAttachmentSpec spec) => Active(Everywhere, ofPrefixes: false) ?? OfSubnet(spec.SubnetId, spec.Ipv4PrefixCount > 0);

    /// <summary>
    /// Whether a subnet has no room for an ENI, with or without IPv4 prefixes, as far as EC2 has
    /// said lately.
    /// </summary>
    public bool IsFull(string subnetId, bool withPrefixes) => OfSubnet(subnetId, withPrefixes) is not null;

    /// <summary>The cooldown of a subnet, for what needs IPv4 prefixes or does not; or null.</summary>
    public Cooldown? OfSubnet(string subnetId, bool withPrefixes) =>
        Active(subnetId, ofPrefixes: false) ?? (withPrefixes ? Active(subnetId, ofPrefixes: true) : null);

    private Cooldown? Active(string subnetId, bool ofPrefixes) => _cooldowns.TryGet((subnetId, ofPrefixes), out var cooldown) ? cooldown : null;

    /// <summary>One cooldown.</summary>
    /// <param name="Until">When it ends.</param>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is the case and what to do.</param>
    internal sealed record Cooldown(DateTimeOffset Until, string Reason, string Message);

    /// <summary>A subnet that has fewer than were asked for.</summary>
    /// <param name="Until">When as many are asked for again.</param>
    /// <param name="Refused">The least number that was refused.</param>
    /// <param name="Times">How often one was.</param>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is the case and what to do.</param>
    internal sealed record Shortage(DateTimeOffset Until, int Refused, int Times, string Reason, string Message);
}
