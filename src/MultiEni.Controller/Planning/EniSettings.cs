using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Settings of one ENI as far as its instance type supports them. An ENI whose type lacks one comes
/// without it, and keeps what it was attached with.
/// </summary>
/// <param name="ConnectionTracking">Timeouts of connection tracking.</param>
/// <param name="EnaExpress">ENA Express.</param>
/// <param name="EnaQueueCount">ENA queues of the attachment.</param>
internal sealed record EniSettings(ConnectionTrackingSpec? ConnectionTracking, EnaExpressSpec? EnaExpress, int? EnaQueueCount)
{
    private static readonly EnaExpressSpec Off = new();

    /// <summary>Whether a NodeENI asks for any that depends on the instance type.</summary>
    public static bool AreIn(NodeEniSpec spec) =>
        ConnectionTimeouts.Given(spec.ConnectionTracking) is not null || spec.EnaExpress is { Enabled: true } || spec.EnaQueueCount is not null;

    /// <summary>Those that an ENI was made with.</summary>
    public static EniSettings Of(EniAttachmentSpec present) => new(present.ConnectionTracking, present.EnaExpress, present.EnaQueueCount);

    /// <summary>The settings of one ENI.</summary>
    /// <param name="spec">What is asked for.</param>
    /// <param name="present">The ENI's attachment, if it exists.</param>
    /// <param name="limits">Its instance type; null or without features when that is not known.</param>
    /// <param name="queues">What is left of the queues of its network card.</param>
    /// <param name="lacks">Is told of each setting that the ENI comes without.</param>
    public static EniSettings Choose(
        NodeEniSpec spec,
        EniAttachmentSpec? present,
        InstanceTypeLimits? limits,
        QueueRoom queues,
        ICollection<string> lacks
    )
    {
        var features = limits?.Features;
        var tracking = ConnectionTimeouts.Given(spec.ConnectionTracking);
        if (tracking is not null && features is { ConnectionTracking: false })
        {
            lacks.Add($"{limits!.InstanceType} has no timeouts of connection tracking, and spec.connectionTracking is not set on its ENIs");
            tracking = present?.ConnectionTracking;
        }

        // Once switched on by a specification, it is switched off by one that leaves it out.
        var express = spec.EnaExpress ?? (present?.EnaExpress is null ? null : Off);
        if (express is { Enabled: true } && features is { EnaExpress: false })
        {
            lacks.Add($"{limits!.InstanceType} does not support ENA Express, and its ENIs are attached without spec.enaExpress");
            express = present?.EnaExpress;
        }

        return new(tracking, express, QueueCount(spec, present, limits, queues, lacks));
    }

    private static int? QueueCount(
        NodeEniSpec spec,
        EniAttachmentSpec? present,
        InstanceTypeLimits? limits,
        QueueRoom queues,
        ICollection<string> lacks
    )
    {
        if (spec.EnaQueueCount is not { } wanted || limits?.Features is not { } features)
        {
            return spec.EnaQueueCount;
        }

        var type = limits.InstanceType;
        var lack = features.QueuesOf(spec.NetworkCardIndex) switch
        {
            null => $"the number of ENA queues of {type} cannot be chosen",
            { MaximumPerEni: var most } when wanted > most => $"an ENI of {type} has at most {most} ENA queues",
            { Maximum: var most } when !queues.Fits(wanted, present) =>
                $"network card {spec.NetworkCardIndex} of {type} has {most} ENA queues, those of other ENIs included, and {wanted} of them are not free",
            _ => null,
        };
        if (lack is null)
        {
            return wanted;
        }

        lacks.Add($"{lack}; spec.enaQueueCount is {wanted}, and the ENI is attached without it");
        return present?.EnaQueueCount;
    }
}

/// <summary>What is left of the ENA queues of a network card.</summary>
internal sealed class QueueRoom
{
    private readonly int _standard;
    private int _left;

    private QueueRoom(int standard, int left)
    {
        _standard = standard;
        _left = left;
    }

    /// <summary>
    /// Queues beside those of the primary interface, the attachments of other NodeENIs and those
    /// that this one has.
    /// </summary>
    public static QueueRoom Of(InstanceTypeLimits? limits, int card, IReadOnlyList<PlacedEni> others, IReadOnlyList<EniAttachment> own)
    {
        if (limits?.Features?.QueuesOf(card) is not { } queues)
        {
            return new QueueRoom(0, int.MaxValue);
        }

        var taken =
            (card == 0 ? queues.Default : 0)
            + others.Concat(own.Select(PlacedEni.Of)).Where(eni => eni.Card == card).Sum(eni => eni.Queues ?? queues.Default);
        return new QueueRoom(queues.Default, queues.Maximum - taken);
    }

    /// <summary>Whether an ENI can have so many, in place of those that it has.</summary>
    public bool Fits(int wanted, EniAttachmentSpec? present) => present?.EnaQueueCount == wanted || wanted <= _left + Had(present);

    /// <summary>Takes what an ENI is planned with, in place of what it has.</summary>
    public void Take(int? planned, EniAttachmentSpec? present) => _left -= (planned ?? _standard) - Had(present);

    private int Had(EniAttachmentSpec? present) => present is null ? 0 : present.EnaQueueCount ?? _standard;
}
