using System.Security.Cryptography;
using System.Text;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The tags of a slot's ENI. They go into the create call, so that there is no moment at which the
/// ENI is nobody's (docs/reference/ec2.md#one-eni-per-slot).
/// </summary>
internal static class SlotTags
{
    /// <summary>Which create attempt made the ENI.</summary>
    public const string Attempt = "networking.k8s.aws/attempt";

    /// <summary>
    /// All tags of a new ENI. The user's come first so that none of them can override ours.
    /// </summary>
    public static IReadOnlyDictionary<string, string> For(string cluster, string slot, EniAttachmentSpec spec, int attempt)
    {
        var tags = spec.Tags is null ? [] : new Dictionary<string, string>(spec.Tags);
        var subnetEnd = spec.SubnetId.Length <= 8 ? spec.SubnetId : spec.SubnetId[^8..];
        tags["Name"] = Shortened($"nodeeni-{spec.NodeEniRef.Name}-{spec.NodeName}-{subnetEnd}");
        tags[EniTags.NodeEni] = Shortened(spec.NodeEniRef.Name);
        tags[EniTags.Node] = Shortened(spec.NodeName);
        tags["SubnetID"] = spec.SubnetId;
        tags[EniTags.Cluster] = cluster;
        tags[EniTags.Slot] = slot;
        tags[Attempt] = attempt.ToString();
        tags[EniTags.ManagedBy] = EniTags.Owner;
        tags[EniTags.NoManage] = "true";
        return tags;
    }

    /// <summary>
    /// What makes an ENI of a launch template a slot's. No more than is needed: the ENI has an
    /// owner, whose name and description of it stay.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ForAdoption(string cluster, string slot, EniAttachmentSpec spec)
    {
        var tags = (spec.Tags ?? []).Where(tag => !IsReserved(tag.Key)).ToDictionary();
        tags[EniTags.Cluster] = cluster;
        tags[EniTags.Slot] = slot;
        tags[EniTags.Adopted] = "true";
        return tags;
    }

    /// <summary>
    /// The tags that make a retained ENI another slot's. Those that say whose it is stay as they
    /// are; the controller's role need not be able to change them.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Moved(string cluster, string slot, EniAttachmentSpec spec, int attempt) =>
        For(cluster, slot, spec, attempt).Where(tag => tag.Key is not (EniTags.Cluster or EniTags.ManagedBy)).ToDictionary();

    /// <summary>
    /// Whether a key is one of ours, or of AWS, and so never touched on behalf of the user.
    /// </summary>
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

/// <summary>
/// The client token of a create call: computed from the slot, the parameters and the attempt, so
/// that repeating a call whose answer was lost returns the ENI that it made instead of making
/// another. 64 characters, the most EC2 takes (docs/reference/ec2.md#client-tokens).
/// </summary>
internal static class ClientToken
{
    /// <summary>The token for a call with these parameters, its own token field aside.</summary>
    public static string For(string cluster, string slot, string attachmentUid, CreateEniRequest parameters, int attempt)
    {
        var text = new StringBuilder();
        Append(text, cluster);
        Append(text, slot);

        // A slot that is given up and wanted again has a new attachment; the old one's token would
        // bring back its deleted ENI (docs/reference/ec2.md#one-eni-per-slot).
        Append(text, attachmentUid);
        Append(text, attempt.ToString());
        Append(text, parameters.SubnetId);
        Append(text, parameters.Description);
        foreach (var group in parameters.SecurityGroupIds.Order(StringComparer.Ordinal))
        {
            Append(text, group);
        }

        foreach (var (key, value) in parameters.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            Append(text, key);
            Append(text, value);
        }

        Append(text, parameters.SecondaryPrivateIpCount.ToString());
        Append(text, parameters.Ipv4PrefixCount.ToString());
        Append(text, parameters.Ipv6AddressCount.ToString());
        Append(text, parameters.Ipv6PrefixCount.ToString());
        if (parameters.PrivateIpAddress is { } address)
        {
            // Left out otherwise: a release that knows no addresses computes the same token.
            Append(text, address);
        }

        if (parameters.EnablePrimaryIpv6)
        {
            Append(text, "primary IPv6");
        }

        if (parameters.ConnectionTracking is { } timeouts)
        {
            Append(text, $"tracking {timeouts.TcpEstablishedTimeout} {timeouts.UdpStreamTimeout} {timeouts.UdpTimeout}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // The length goes before each part, or two different lists of parts could read the same.
    private static void Append(StringBuilder text, string part) => text.Append(part.Length).Append(':').Append(part);
}
