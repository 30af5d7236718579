using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The tags of a slot's ENI. They go into the create call, so that there is no moment at which the ENI is nobody's
/// (docs/reference/ec2.md#one-eni-per-slot).
/// </summary>
internal static class SlotTags
{
    /// <summary>Which create attempt made the ENI.</summary>
    public const string Attempt = "networking.k8s.aws/attempt";

    /// <summary>All tags of a new ENI. The user's come first so that none of them can override ours.</summary>
    public static IReadOnlyDictionary<string, string> For(string cluster, string slot, EniAttachmentSpec spec, int attempt)
    {
        var tags = spec.Tags is null ? [] : new Dictionary<string, string>(spec.Tags);
        var subnetEnd = spec.SubnetId.Length <= 8 ? spec.SubnetId : spec.SubnetId[^8..];
        tags["Name"] = Shortened($"nodeeni-{spec.NodeEniRef.Name}-{spec.NodeName}-{subnetEnd}");
        tags["NodeENI"] = Shortened(spec.NodeEniRef.Name);
        tags["Node"] = Shortened(spec.NodeName);
        tags["SubnetID"] = spec.SubnetId;
        tags[EniTags.Cluster] = cluster;
        tags[EniTags.Slot] = slot;
        tags[Attempt] = attempt.ToString();
        tags[EniTags.ManagedBy] = EniTags.Owner;
        tags[EniTags.NoManage] = "true";
        return tags;
    }

    /// <summary>Whether a key is one of ours, or of AWS, and so never touched on behalf of the user.</summary>
    public static bool IsReserved(string key)
    {
        return key is "Name" or "NodeENI" or "Node" or "SubnetID" or EniTags.ManagedBy
            || key.StartsWith("networking.k8s.aws/", StringComparison.Ordinal)
            || key.StartsWith("aws:", StringComparison.Ordinal)
            || key.StartsWith("eks:", StringComparison.Ordinal)
            || key.Contains("k8s.amazonaws.com", StringComparison.Ordinal);
    }

    /// <summary>The attempt that a row's tag tells, 0 when it tells none.</summary>
    public static int AttemptOf(IReadOnlyDictionary<string, string> tags)
    {
        return int.TryParse(tags.GetValueOrDefault(Attempt), out var attempt) ? attempt : 0;
    }

    // A tag value holds 256 characters; a node name may have 253 by itself.
    private static string Shortened(string value) => value.Length <= 256 ? value : value[..256];
}
