using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Gives out the Elastic IPs of a NodeENI, one for each ENI. Pure. An ENI keeps the one that it has
/// as long as that is one of them; what it had before is remembered in its attachment, so that it is
/// taken from it whatever happens in between.
/// </summary>
internal sealed class ElasticIpPool
{
    // An Elastic IP that was to be taken away so many changes ago has been.
    private const int Remembered = 8;

    private readonly ElasticIps _available;
    private readonly bool _wanted;
    private readonly HashSet<string> _taken;
    private readonly ElasticIpHolders _holders;

    /// <summary>Nobody has one but those who exist.</summary>
    /// <param name="spec">What the NodeENI asks for.</param>
    /// <param name="available">The Elastic IPs.</param>
    /// <param name="ofOthers">
    /// Those that attachments of other NodeENIs name, and those of retained ENIs, which go to whoever
    /// takes the ENI.
    /// </param>
    /// <param name="own">The attachments of the NodeENI.</param>
    /// <param name="holders">Who has which.</param>
    public ElasticIpPool(
        ElasticIpsSpec? spec,
        ElasticIps available,
        IEnumerable<string> ofOthers,
        IEnumerable<EniAttachment> own,
        ElasticIpHolders holders
    )
    {
        _holders = holders;
        _wanted = spec is not null;
        _available = available;
        _taken = _wanted ? [.. ofOthers, .. own.Select(attachment => attachment.Spec!.ElasticIp?.AllocationId).OfType<string>()] : [];
    }

    /// <summary>The Elastic IP of one ENI.</summary>
    /// <param name="name">Name of its attachment.</param>
    /// <param name="present">Its attachment, if it exists.</param>
    /// <param name="held">The one that the retained ENI has which it takes; null for none.</param>
    public ElasticIpChoice For(string name, EniAttachment? present, string? held = null)
    {
        var choice = Choose(name, present, held);
        return present?.Spec!.ElasticIp?.FormerAllocationIds is { } former && choice.ElasticIp is { } next && _holders.HasNoFormer(present)
            ? choice with
            {
                ElasticIp = Without(next, former),
            }
            : choice;
    }

    private ElasticIpChoice Choose(string name, EniAttachment? present, string? held)
    {
        var has = present?.Spec!.ElasticIp;
        if (present is { Metadata.IsBeingDeleted: true })
        {
            return new(has, Lack: null);
        }

        if (!_wanted)
        {
            return new(has is null ? null : Changed(has, to: null), Lack: null);
        }

        // The ENI comes with it, so it is first whatever was chosen before there was an ENI. Unless it
        // is known to be one of them, it may be somebody else's, and is left.
        held ??= has?.AllocationId is null ? _holders.OnEniOf(name) : null;
        if (held is not null && held != has?.AllocationId && Listed.Contains(held))
        {
            return Give(has, held);
        }

        if (has?.AllocationId is { } kept && IsUsable(kept) && (kept == held || _holders.MayKeep(name, kept)))
        {
            // Only for another one: the refusal of the last one is told by its attachment.
            return _holders.IsRefused(name, kept) && Free(name) is { } other ? Give(has, other) : new(has, Lack: null);
        }

        if (_available is ElasticIps.Unknown unknown)
        {
            return new(has, new(Reasons.ElasticIpsUnavailable, $"the Elastic IPs of spec.elasticIPs could not be looked up: {unknown.Why}", true));
        }

        if (Free(name) is { } free)
        {
            return Give(has, free);
        }

        return new(
            has is null ? null : Changed(has, to: null),
            new(
                Reasons.NoElasticIpLeft,
                $"no Elastic IP of spec.elasticIPs is left, all {Listed.Count} are in use, and an ENI has none; add one, or narrow spec.nodeSelector",
                false
            )
        );
    }

    private string? Free(string name) => Listed.FirstOrDefault(id => !_taken.Contains(id) && !_holders.IsHeld(id) && !_holders.IsRefused(name, id));

    private ElasticIpChoice Give(ElasticIpSpec? has, string allocationId)
    {
        _taken.Add(allocationId);
        return new(Changed(has, allocationId), Lack: null);
    }

    private bool IsUsable(string allocationId) => _available is ElasticIps.Unknown || Listed.Contains(allocationId);

    private IReadOnlyList<string> Listed => _available is ElasticIps.Known known ? known.Ids : [];

    private static ElasticIpSpec? Without(ElasticIpSpec spec, IEnumerable<string> gone)
    {
        List<string> former = [.. (spec.FormerAllocationIds ?? []).Except(gone)];
        return spec.AllocationId is null && former.Count == 0 ? null : spec with { FormerAllocationIds = former.Count == 0 ? null : former };
    }

    private static ElasticIpSpec Changed(ElasticIpSpec? has, string? to)
    {
        if (has is not null && has.AllocationId == to)
        {
            return has;
        }

        List<string> former = [.. has?.FormerAllocationIds ?? [], .. has?.AllocationId is { } given ? [given] : Array.Empty<string>()];
        former.RemoveAll(id => id == to);
        return new() { AllocationId = to, FormerAllocationIds = former.Count == 0 ? null : [.. former.Distinct().TakeLast(Remembered)] };
    }
}

/// <summary>What an ENI gets of the pool.</summary>
/// <param name="ElasticIp">For its attachment; null if it never had one.</param>
/// <param name="Lack">Why it has none; null when it has one, or needs none.</param>
internal sealed record ElasticIpChoice(ElasticIpSpec? ElasticIp, ElasticIpLack? Lack);

/// <summary>Why an ENI has no Elastic IP.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">What is the case and what to do.</param>
/// <param name="Temporary">Whether it should end by itself.</param>
internal sealed record ElasticIpLack(string Reason, string Message, bool Temporary);

/// <summary>The Elastic IPs that a NodeENI may use.</summary>
internal abstract record ElasticIps
{
    /// <summary>None are asked for.</summary>
    public static readonly ElasticIps None = new Known([]);

    /// <summary>These, in the order in which they are given out.</summary>
    public sealed record Known(IReadOnlyList<string> Ids) : ElasticIps;

    /// <summary>EC2 could not be asked: who has one keeps it.</summary>
    /// <param name="Why">What EC2 answered.</param>
    public sealed record Unknown(string Why) : ElasticIps;
}
