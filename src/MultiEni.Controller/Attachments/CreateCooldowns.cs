using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Leading;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Where no create call makes sense for a while: a subnet without room, or everywhere when the account's quota is used up. Without it each of a
/// thousand attachments would find out for itself.
/// </summary>
internal sealed class CreateCooldowns(TimeProvider time)
{
    private const string Everywhere = "";
    private readonly ExpiringMap<(string Subnet, bool OfPrefixes), Pause> _pauses = new(time);

    /// <summary>The subnet whenever one has a cooldown: whoever can use another one may plan anew.</summary>
    public Signal<string> Subnets { get; } = new();

    /// <summary>How many are remembered.</summary>
    public int Remembered => _pauses.Count;

    /// <summary>A subnet has no room.</summary>
    /// <param name="subnetId">The subnet.</param>
    /// <param name="onlyPrefixes">Whether it lacks whole blocks for prefixes only, so that ENIs without any can be created all the same.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="message">What is the case and what to do.</param>
    public void PauseSubnet(string subnetId, bool onlyPrefixes, TimeSpan duration, string reason, string message)
    {
        Set(subnetId, onlyPrefixes, duration, reason, message);
        Subnets.Raise(subnetId);
    }

    public void PauseAll(TimeSpan duration, string reason, string message) => Set(Everywhere, onlyPrefixes: false, duration, reason, message);

    /// <summary>The pause that holds for an attachment's ENI, or null.</summary>
    public Pause? For(EniAttachmentSpec spec) => Active(Everywhere, onlyPrefixes: false) ?? Of(spec.SubnetId, spec.Ipv4PrefixCount > 0);

    /// <summary>Whether a subnet has no room for an ENI, with or without IPv4 prefixes, as far as EC2 has said lately.</summary>
    public bool IsPaused(string subnetId, bool withPrefixes) => Of(subnetId, withPrefixes) is not null;

    private Pause? Of(string subnetId, bool withPrefixes) =>
        Active(subnetId, onlyPrefixes: false) ?? (withPrefixes ? Active(subnetId, onlyPrefixes: true) : null);

    private Pause? Active(string subnetId, bool onlyPrefixes) => _pauses.TryGet((subnetId, onlyPrefixes), out var pause) ? pause : null;

    private void Set(string subnetId, bool onlyPrefixes, TimeSpan duration, string reason, string message) =>
        _pauses.Set((subnetId, onlyPrefixes), new Pause(time.GetUtcNow() + duration, reason, message), duration);

    /// <summary>One pause.</summary>
    internal sealed record Pause(DateTimeOffset Until, string Reason, string Message);
}
