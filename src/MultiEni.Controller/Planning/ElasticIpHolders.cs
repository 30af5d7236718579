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
/// <param name="isRefused">
/// Whether EC2 lately refused an Elastic IP, the second, to the ENI of an attachment, the first.
/// </param>
internal sealed class ElasticIpHolders(
    IReadOnlyList<EniAttachment> attachments,
    IReadOnlyList<EniRow> rows,
    Func<string, string, bool>? isRefused = null
)
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

    private readonly HashSet<string> _slotsWithOne = rows.Where(row => row.ElasticIp is not null)
        .Select(row => row.Slot)
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Whether EC2 refused it to the ENI of an attachment. Not if that ENI has one, of whomever: then
    /// no other would be taken either.
    /// </summary>
    public bool IsRefused(string attachment, string allocationId) =>
        isRefused?.Invoke(attachment, allocationId) == true && !_slotsWithOne.Contains(attachment);

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
