using Amazon.EC2;
using Amazon.EC2.Model;

namespace MultiEni.Controller.Ec2;

/// <summary>Builds requests of the SDK from our own types.</summary>
internal static class SdkRequests
{
    /// <summary>Same values, same bytes: sorted lists, and nothing for a count of 0, so that a repeat with the same token is no mismatch.</summary>
    public static CreateNetworkInterfaceRequest Create(CreateEniRequest request) =>
        new()
        {
            ClientToken = request.ClientToken,
            SubnetId = request.SubnetId,
            Groups = request.SecurityGroupIds.Count == 0 ? null : [.. request.SecurityGroupIds.Order(StringComparer.Ordinal)],
            Description = request.Description.Length == 0 ? null : request.Description,
            SecondaryPrivateIpAddressCount = Positive(request.SecondaryPrivateIpCount),
            Ipv4PrefixCount = Positive(request.Ipv4PrefixCount),
            Ipv6AddressCount = Positive(request.Ipv6AddressCount),
            Ipv6PrefixCount = Positive(request.Ipv6PrefixCount),
            TagSpecifications = TagSpecifications(request.Tags),
        };

    public static List<Tag> Tags(IReadOnlyDictionary<string, string> tags) =>
        [.. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => new Tag(tag.Key, tag.Value))];

    public static List<TagSpecification>? TagSpecifications(IReadOnlyDictionary<string, string> tags) =>
        tags.Count == 0 ? null : [new() { ResourceType = ResourceType.NetworkInterface, Tags = Tags(tags) }];

    /// <summary>A filter for tags; the value `*` asks for any value, which EC2 calls `tag-key`.</summary>
    public static IEnumerable<Filter> TagFilters(IReadOnlyDictionary<string, string> tags)
    {
        var anyValue = tags.Where(tag => tag.Value == "*").Select(tag => tag.Key).Order(StringComparer.Ordinal);
        var exact = tags.Where(tag => tag.Value != "*").OrderBy(tag => tag.Key, StringComparer.Ordinal);
        // Values of one filter are alternatives; only separate filters must all hold.
        return anyValue.Select(key => new Filter("tag-key", [key])).Concat(exact.Select(tag => new Filter($"tag:{tag.Key}", [tag.Value])));
    }

    private static int? Positive(int count) => count > 0 ? count : null;
}
