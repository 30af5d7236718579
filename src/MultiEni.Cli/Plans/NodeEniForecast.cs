using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>What an edit of a NodeENI would do.</summary>
/// <param name="Edit">The edit.</param>
/// <param name="Changes">Each ENI that would change, by attachment name.</param>
internal sealed record NodeEniForecast(NodeEniEdit Edit, IReadOnlyList<EniChange> Changes)
{
    /// <summary>Why nothing can be planned: a subnet or security group was not found; null if all were.</summary>
    public ConditionClaim? Unresolved { get; init; }

    /// <summary>What is not used of the specification, such as listed addresses outside of all subnets; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>Nodes that would get fewer ENIs than asked for.</summary>
    public IReadOnlyList<NodeProblem> Problems { get; init; } = [];

    /// <summary>The nodes that the NodeENI selects.</summary>
    public IReadOnlyList<PlannedNode> Nodes { get; init; } = [];

    /// <summary>In how many steps ENIs would be replaced, since only a tenth of the nodes is touched at a time.</summary>
    public int Waves { get; init; }

    /// <summary>How many ENIs stay as they are.</summary>
    public int Unchanged { get; init; }

    /// <summary>The retained ENIs that would be deleted, because the NodeENI no longer keeps them.</summary>
    public IReadOnlyList<EniRow> NoLongerRetained { get; init; } = [];

    /// <summary>Whether anything is refused that does not pass by itself.</summary>
    public bool IsRefused => Unresolved is not null || Problems.Any(problem => !problem.Temporary);
}

/// <summary>What would happen to an ENI.</summary>
/// <param name="Kind">What.</param>
/// <param name="Before">As it is; null when it does not exist.</param>
/// <param name="After">As it would be; null when it would not exist.</param>
internal sealed record EniChange(EniChangeKind Kind, EniAttachment? Before, EniAttachment? After)
{
    /// <summary>Its attachment, as it would be or else as it is.</summary>
    public EniAttachment Attachment => (After ?? Before)!;

    /// <summary>Whether its device is bound to another driver, in place.</summary>
    public bool Rebinds => Kind == EniChangeKind.Change && BoundTo(Before!) != BoundTo(After!);

    /// <summary>Whether pods that have its device lose it, or would not get it again.</summary>
    public bool ChangesDevice => Rebinds || (Kind == EniChangeKind.Change && Before!.Spec!.Device.ResourceName != After!.Spec!.Device.ResourceName);

    private static string? BoundTo(EniAttachment attachment) =>
        attachment.Spec!.Device is { Use: DeviceUses.Bound, Driver: var driver } ? driver ?? "" : null;

    /// <summary>Where the ENI comes from that would be attached.</summary>
    public EniOrigin Origin { get; init; } = EniOrigin.New;

    /// <summary>The ENI that exists already and would be attached or adopted; null when it is made, or not known.</summary>
    public string? ExistingEni { get; init; }

    /// <summary>What becomes of the ENI that the attachment has.</summary>
    public EniFate Fate { get; init; } = EniFate.Deleted;
}

/// <summary>Where the ENI of a new attachment comes from.</summary>
internal enum EniOrigin
{
    /// <summary>It is created.</summary>
    New,

    /// <summary>It outlived another node (<c>retainPolicy: Retain</c>).</summary>
    Retained,

    /// <summary>The launch template attached it (<c>adopt: true</c>).</summary>
    LaunchTemplate,
}

/// <summary>What becomes of the ENI of an attachment that goes.</summary>
internal enum EniFate
{
    /// <summary>It is detached and deleted.</summary>
    Deleted,

    /// <summary>It is detached and kept for another node.</summary>
    Retained,

    /// <summary>It stays attached, and is its launch template's again.</summary>
    Released,
}

/// <summary>Kinds of changes of an ENI.</summary>
internal enum EniChangeKind
{
    /// <summary>It is created.</summary>
    Create,

    /// <summary>It is changed in place.</summary>
    Change,

    /// <summary>It is removed, and created anew.</summary>
    Replace,

    /// <summary>It is removed.</summary>
    Remove,
}

/// <summary>A NodeENI before and after a change.</summary>
/// <param name="Before">As it is; null when it is new.</param>
/// <param name="After">As it would be; null when it would be deleted.</param>
internal sealed record NodeEniEdit(NodeEni? Before, NodeEni? After)
{
    /// <summary>Whether nobody edits it, and it is followed for what the others leave to it.</summary>
    public bool IsOther { get; init; }

    /// <summary>Its name.</summary>
    public string Name => (After ?? Before)!.Metadata.Name;
}
