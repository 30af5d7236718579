using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// The filters of <c>DescribeNetworkInterfaces</c> (docs/reference/ec2.md#describe-calls), and
/// which of them an index answers.
/// </summary>
internal static class NetworkInterfaceFields
{
    public static readonly FilterFields<NetworkInterface> Filters = new(
        new Dictionary<string, Func<NetworkInterface, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["network-interface-id"] = row => [row.Id],
            ["vpc-id"] = row => [row.VpcId],
            ["subnet-id"] = row => [row.SubnetId],
            ["availability-zone"] = row => [row.AvailabilityZone],
            ["availability-zone-id"] = row => [ZoneId(row.AvailabilityZone)],
            ["status"] = row => [WireNames.Of(row.Status)],
            ["description"] = row => [row.Description],
            ["interface-type"] = row => [row.InterfaceType],
            ["mac-address"] = row => [row.MacAddress],
            ["group-id"] = row => row.GroupIds,
            ["source-dest-check"] = row => [WireNames.Of(row.SourceDestCheck)],
            ["requester-managed"] = _ => ["false"],
            ["operator.managed"] = _ => ["false"],
            ["private-ip-address"] = row => row.PrivateIps.Take(1),
            ["addresses.private-ip-address"] = row => row.PrivateIps,
            ["ipv6-addresses.ipv6-address"] = row => row.Ipv6Addresses,
            ["attachment.attachment-id"] = row => Attached(row, attachment => attachment.Id),
            ["attachment.instance-id"] = row => Attached(row, attachment => attachment.InstanceId),
            ["attachment.status"] = row => Attached(row, attachment => WireNames.Of(attachment.Status)),
            ["attachment.device-index"] = row => Attached(row, attachment => $"{attachment.DeviceIndex}"),
            ["attachment.network-card-index"] = row => Attached(row, attachment => $"{attachment.NetworkCardIndex}"),
            ["attachment.delete-on-termination"] = row => Attached(row, attachment => WireNames.Of(attachment.DeleteOnTermination)),
            ["attachment.attach-time"] = row => Attached(row, attachment => WireNames.Of(attachment.AttachTime)),
        },
        row => row.Tags
    );

    /// <summary>
    /// Describes without paging in a large account need one of these
    /// (docs/reference/ec2.md#describe-calls).
    /// </summary>
    public static readonly IReadOnlyList<string> Narrowing =
    [
        "group-id",
        "mac-address",
        "private-dns-name",
        "private-ip-address",
        "subnet-id",
        "vpc-id",
    ];

    /// <summary>
    /// Names <c>us-east-1a</c> and <c>use1-az1</c> are two names of one zone; here always in this
    /// order.
    /// </summary>
    public static string ZoneId(string zone)
    {
        var parts = zone.Split('-');
        return parts.Length == 3 ? $"{parts[0]}{parts[1][0]}{parts[2][..^1]}-az{zone[^1] - 'a' + 1}" : zone;
    }

    /// <summary>The postings of a row that change with its state.</summary>
    public static IEnumerable<IndexKey> StateKeys(NetworkInterface row)
    {
        yield return new("status", WireNames.Of(row.Status));
        if (row.Attachment is { } attachment)
        {
            yield return new("attachment.instance-id", attachment.InstanceId);
            yield return new("attachment.attachment-id", attachment.Id);
            yield return new("attachment.status", WireNames.Of(attachment.Status));
        }
    }

    /// <summary>The postings of a row that stay through its life.</summary>
    public static IEnumerable<IndexKey> FixedKeys(NetworkInterface row) =>
        [
            new("network-interface-id", row.Id),
            new("subnet-id", row.SubnetId),
            new("vpc-id", row.VpcId),
            new("availability-zone", row.AvailabilityZone),
            new("mac-address", row.MacAddress),
        ];

    /// <summary>The postings of tags.</summary>
    public static IEnumerable<IndexKey> TagKeys(IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (key, value) in tags)
        {
            yield return new($"tag:{key}", value);
            yield return new("tag-key", key);
        }
    }

    /// <summary>Whether rows of a filter can be looked up.</summary>
    public static bool IsIndexed(string filter) =>
        filter.StartsWith("tag:", StringComparison.Ordinal)
        || filter
            is "tag-key"
                or "network-interface-id"
                or "subnet-id"
                or "vpc-id"
                or "availability-zone"
                or "mac-address"
                or "status"
                or "attachment.instance-id"
                or "attachment.attachment-id"
                or "attachment.status";

    private static IEnumerable<string> Attached(NetworkInterface row, Func<Attachment, string> field) =>
        row.Attachment is { } attachment ? [field(attachment)] : [];
}
