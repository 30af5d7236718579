using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>
/// The device index that each ENI of a node prefers: base + k for the k-th subnet. An attachment that exists keeps its index while the base is
/// the same; or else a subnet that comes or goes in front of others would move them all, which costs their replacement.
/// </summary>
internal sealed class IndexPreference(int first)
{
    private readonly HashSet<int> _kept = [];
    private readonly string _writtenBase = BaseOf(first);

    /// <summary>A base as the annotation of an attachment tells it.</summary>
    public static string BaseOf(int first) => first.ToString();

    /// <summary>An attachment that exists, before any other index is asked for.</summary>
    public void Keep(EniAttachment attachment)
    {
        if (Keeps(attachment))
        {
            _kept.Add(attachment.Spec!.DeviceIndex);
        }
    }

    /// <summary>The index for the slot at this position.</summary>
    public int For(int position, EniAttachment? present)
    {
        if (present is not null && Keeps(present))
        {
            return present.Spec!.DeviceIndex;
        }

        var index = first + position;
        while (_kept.Contains(index))
        {
            index++;
        }

        _kept.Add(index);
        return index;
    }

    private bool Keeps(EniAttachment attachment) => attachment.Metadata.Annotations?.GetValueOrDefault(Names.DeviceIndexBase) == _writtenBase;
}
