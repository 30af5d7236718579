using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// How many further ENIs of a NodeENI an instance takes. The limit of the card must hold and that
/// of the whole instance (docs/reference/ec2.md#instance-limits). What exists already stays, also
/// when there turns out to be more than fits: taking it away would make two NodeENIs push each
/// other out for ever.
/// </summary>
internal sealed class InstanceRoom
{
    private readonly InstanceTypeLimits? _limits;
    private readonly int _card;
    private int _leftOnCard;
    private int _left;

    private InstanceRoom(InstanceTypeLimits? limits, int card, int leftOnCard, int left)
    {
        _limits = limits;
        _card = card;
        _leftOnCard = leftOnCard;
        _left = left;
    }

    /// <summary>
    /// Room beside the primary interface, the attachments of other NodeENIs and those that this one
    /// has.
    /// </summary>
    public static InstanceRoom Of(InstanceTypeLimits? limits, int card, IReadOnlyList<PlacedEni> others, IReadOnlyList<EniAttachment> own)
    {
        if (limits is null)
        {
            return new InstanceRoom(null, card, int.MaxValue, int.MaxValue);
        }

        // The primary interface is on card 0.
        var taken = 1 + others.Count + own.Count;
        var takenOnCard =
            (card == 0 ? 1 : 0) + others.Count(other => other.Card == card) + own.Count(attachment => attachment.Spec!.NetworkCardIndex == card);
        return new InstanceRoom(limits, card, card < limits.PerCard.Count ? limits.PerCard[card] - takenOnCard : 0, limits.MaximumEnis - taken);
    }

    /// <summary>Whether one more ENI fits.</summary>
    /// <param name="withQueueCount">
    /// Whether its queues are counted by hand, for which some cards have additional places.
    /// </param>
    public bool HasPlace(bool withQueueCount)
    {
        var additional = withQueueCount ? _limits?.AdditionalOn(_card) ?? 0 : 0;
        return _left + additional > 0 && _leftOnCard + additional > 0;
    }

    /// <summary>Takes the place of one ENI.</summary>
    public void Take()
    {
        _left--;
        _leftOnCard--;
    }

    /// <summary>Why some ENIs do not fit.</summary>
    /// <param name="node">The node.</param>
    /// <param name="refused">How many do not.</param>
    /// <param name="wanted">Of how many.</param>
    /// <param name="temporary">Whether places will become free by themselves.</param>
    public NodeProblem Problem(PlannedNode node, int refused, int wanted, bool temporary)
    {
        var type = _limits!;
        if (_card >= type.PerCard.Count)
        {
            var cards = type.PerCard.Count == 1 ? "only network card 0" : $"network cards 0 to {type.PerCard.Count - 1}";
            return new NodeProblem(
                node.Name,
                Reasons.InstanceLimit,
                $"{type.InstanceType} has {cards} and spec.networkCardIndex is {_card}; use another card or instance type",
                Temporary: false
            );
        }

        var limit =
            _leftOnCard <= 0
                ? $"{type.InstanceType} takes {type.PerCard[_card]} ENIs on network card {_card}"
                : $"{type.InstanceType} takes {type.MaximumEnis} ENIs";
        var additional = type.AdditionalOn(_card);
        var more = additional > 0 ? $" ({additional} more with spec.enaQueueCount)" : "";
        return new NodeProblem(
            node.Name,
            Reasons.InstanceLimit,
            $"{limit}{more}, the primary and those of other NodeENIs included; {refused} of {wanted} do not fit. "
                + "Use a larger instance type, fewer subnets or another network card",
            temporary
        );
    }
}
