using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>What an ENI's next change of pod addresses depends on.</summary>
/// <param name="Spec">What is wanted; <see cref="EniAttachmentSpec.PodAddresses" /> is set.</param>
/// <param name="Row">The ENI, which is attached.</param>
/// <param name="Use">What the agent says of the addresses; null before a pod asked for one.</param>
/// <param name="AddressesPerEni">
/// IPv4 addresses and prefixes that an ENI of the instance type holds, its primary one included;
/// null when the type is unknown. The same number is taken for IPv6.
/// </param>
internal sealed record PodAddressInput(EniAttachmentSpec Spec, EniRow Row, AddressUse? Use, int? AddressesPerEni)
{
    /// <summary>What this controller has assigned for pods, and what it is about to.</summary>
    public IReadOnlySet<string> Assigned { get; init; } = new HashSet<string>();

    /// <summary>
    /// Those of <see cref="Assigned" /> that the agent is not told of any more, so that it gives
    /// them to nobody before they are taken away.
    /// </summary>
    public IReadOnlySet<string> Withdrawn { get; init; } = new HashSet<string>();

    /// <summary>
    /// What the ENI has beyond <see cref="Row" /> and is about to lose to another one: it takes up
    /// room, and is nothing that pods can be given.
    /// </summary>
    public IReadOnlySet<string> Withheld { get; init; } = new HashSet<string>();

    /// <summary>IPv4 range of the subnet; null when unknown.</summary>
    public string? SubnetCidr { get; init; }

    /// <summary>What became of the addresses that pods ask for by name.</summary>
    public IReadOnlyList<NamedVerdict> Named { get; init; } = [];

    /// <summary>How much time has passed.</summary>
    public PodAddressClocks Clocks { get; init; } = PodAddressClocks.Settled;

    /// <summary>
    /// Why no further address of EC2's choice is asked for at present, and for how long; null when
    /// nothing is in the way.
    /// </summary>
    public PodAddressHold? CountedHold { get; init; }

    /// <summary>The same for addresses with a name.</summary>
    public PodAddressHold? NamedHold { get; init; }

    /// <summary>The same for taking addresses away.</summary>
    public PodAddressHold? UnassignHold { get; init; }

    /// <summary>
    /// That the subnet did not have as many IPv4 addresses or prefixes as were asked for lately;
    /// null when nothing was refused.
    /// </summary>
    public PodAddressShortage? Shortage { get; init; }

    /// <summary>
    /// What the condition says at present, if something is lacking: it holds until an address has
    /// come, and not only until one is asked for again.
    /// </summary>
    public ConditionClaim? Said { get; init; }

    /// <summary>
    /// Whether addresses with a name are assigned one by one: EC2 refused several, and does not
    /// say reliably because of which.
    /// </summary>
    public bool OneByOne { get; init; }
}

/// <summary>How long ago something happened; it counts anew after a restart of the controller.</summary>
/// <param name="Quiet">Since anything about the ENI's addresses and their use changed.</param>
/// <param name="SinceAssignment">Since addresses were assigned.</param>
/// <param name="SinceWithdrawal">Since the agent was told that some are withdrawn.</param>
internal readonly record struct PodAddressClocks(TimeSpan Quiet, TimeSpan SinceAssignment, TimeSpan SinceWithdrawal)
{
    /// <summary>Long ago.</summary>
    public static PodAddressClocks Settled { get; } = new(TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeSpan.FromDays(1));
}

/// <summary>EC2 refused a change; it is not asked again for a while.</summary>
/// <param name="Left">For how long.</param>
/// <param name="Claim">
/// What the condition says meanwhile, if the change is needed; null for what passes by itself.
/// </param>
internal sealed record PodAddressHold(TimeSpan Left, ConditionClaim? Claim);

/// <summary>The subnet has fewer addresses or prefixes than an ENI of it asked for.</summary>
/// <param name="Refused">The least number that was refused.</param>
/// <param name="Times">How often one was.</param>
/// <param name="Left">For how long that is believed.</param>
/// <param name="Claim">What the condition says meanwhile, if more are needed.</param>
internal sealed record PodAddressShortage(int Refused, int Times, TimeSpan Left, ConditionClaim Claim);
