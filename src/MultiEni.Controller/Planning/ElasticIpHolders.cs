using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Who has which Elastic IP, and who may keep one that several attachments name: two NodeENIs that
/// share a list and are planned at the same moment choose the same one. Pure. What EC2 shows comes
/// before what a specification says.
/// </summary>
/// <param name="attachments">All attachments, of whichever NodeENI.</param>
/// <param name="rows">All ENIs of the cluster, attached or not.</param>
/// <param name="isRefused">Whether EC2 lately refused an Elastic IP.</param>
internal sealed class ElasticIpHolders(IReadOnlyList<EniAttachment> attachments, IReadOnlyList<EniRow> rows, Func<string, bool>? isRefused = null)
{
    /// <summary>Nothing is known, and so nothing contested.</summary>
    public static readonly ElasticIpHolders Unknown = new([], []);

    private readonly Dictionary<string, ElasticIpSpec> _specs = attachments
        .Where(attachment => attachment.Spec!.ElasticIp is not null)
        .ToDictionary(attachment => attachment.Metadata.Name, attachment => attachment.Spec!.ElasticIp!, StringComparer.Ordinal);

    private readonly Dictionary<string, string> _firstToName = attachments
        .Where(attachment => !attachment.Metadata.IsBeingDeleted && attachment.Spec!.ElasticIp?.AllocationId is not null)
        .GroupBy(attachment => attachment.Spec!.ElasticIp!.AllocationId!, attachment => attachment.Metadata.Name, StringComparer.Ordinal)
        .ToDictionary(names => names.Key, names => names.Min(StringComparer.Ordinal)!, StringComparer.Ordinal);

    private readonly ILookup<string, EniRow> _rows = rows.Where(row => row.ElasticIp is not null)
        .ToLookup(row => row.ElasticIp!.AllocationId, StringComparer.Ordinal);

    private readonly ILookup<string, EniRow> _bySlot = rows.Where(row => row.Slot is not null).ToLookup(row => row.Slot!, StringComparer.Ordinal);

    /// <summary>
    /// Whether the ENI of an attachment was seen with the Elastic IP that it is to have, or with none
    /// if it is to have none, so that nothing it is to lose is on it. By its present specification: no
    /// call of a former one is under way any more that could bring it back.
    /// </summary>
    public bool HasNoFormer(EniAttachment attachment) =>
        IsObserved(attachment)
        && _bySlot[attachment.Metadata.Name].Any()
        && OnEniOf(attachment.Metadata.Name) == attachment.Spec!.ElasticIp?.AllocationId;

    /// <summary>Whether the status of an attachment is about its present specification.</summary>
    public static bool IsObserved(EniAttachment attachment) =>
        attachment.Status?.Conditions.Find(ConditionTypes.Attached)?.ObservedGeneration is { } seen && seen == attachment.Metadata.Generation;

    /// <summary>
    /// Whether the ENI of an attachment had better have another one than EC2 refused. Not if that ENI
    /// has one, of whomever: then no other would be taken either.
    /// </summary>
    public bool IsRefused(string attachment, string allocationId) => isRefused?.Invoke(allocationId) == true && OnEniOf(attachment) is null;

    /// <summary>The one that the ENI of an attachment has; null when it has none.</summary>
    public string? OnEniOf(string attachment) => _bySlot[attachment].Select(row => row.ElasticIp?.AllocationId).FirstOrDefault(id => id is not null);

    /// <summary>Whether an ENI of the cluster has it, and nobody is about to take it from there.</summary>
    public bool IsHeld(string allocationId) => _rows[allocationId].Any(row => !IsGivenUp(row));

    /// <summary>
    /// Whether an attachment that names it may keep it: its own ENI has it, or no ENI has and no
    /// other attachment with a lower name wants it.
    /// </summary>
    public bool MayKeep(string attachment, string allocationId) =>
        _rows[allocationId].Any(row => row.Slot == attachment)
        || (!IsHeld(allocationId) && (!_firstToName.TryGetValue(allocationId, out var first) || string.CompareOrdinal(attachment, first) <= 0));

    private bool IsGivenUp(EniRow row) =>
        row.Slot is { } slot
        && _specs.TryGetValue(slot, out var spec)
        && spec.AllocationId != row.ElasticIp!.AllocationId
        && spec.FormerAllocationIds?.Contains(row.ElasticIp.AllocationId) == true;
}
