using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Who has which Elastic IP, and who may keep one that several attachments name: two NodeENIs that
/// share a list and are planned at the same moment choose the same one. Pure. What EC2 shows comes
/// before what a specification says.
/// </summary>
/// <param name="attachments">All attachments, of whichever NodeENI.</param>
/// <param name="rows">All ENIs of the cluster, attached or not.</param>
internal sealed class ElasticIpHolders(IEnumerable<EniAttachment> attachments, IEnumerable<EniRow> rows)
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
