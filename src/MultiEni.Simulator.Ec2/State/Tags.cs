using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// Tags of a request and their rules: at most fifty on a resource, no key twice, none of the
/// provider's own (docs/reference/ec2.md#quotas).
/// </summary>
internal static class Tags
{
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The tags that a create call puts on a kind of resource.</summary>
    public static IReadOnlyDictionary<string, string> OfSpecifications(QueryParameters query, string resourceType, int limit)
    {
        var tags = None;
        foreach (var prefix in query.Structures("TagSpecification", "ResourceType"))
        {
            var type = query.Required($"{prefix}ResourceType");
            tags =
                type == resourceType
                    ? Merge(tags, Read(query, $"{prefix}Tag"), limit)
                    : throw new Ec2Error("InvalidParameterValue", $"'{type}' is not a valid taggable resource type for this operation.");
        }

        return tags;
    }

    public static List<(string Key, string? Value)> Read(QueryParameters query, string name)
    {
        var tags = new List<(string Key, string? Value)>();
        foreach (var prefix in query.Structures(name, "Key"))
        {
            var (key, value) = (query.Required($"{prefix}Key"), query.Text($"{prefix}Value"));
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw new Ec2Error(
                    "InvalidParameterValue",
                    $"Value ( {key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
                );
            }

            if (key.Length > 128 || value?.Length > 256)
            {
                throw new Ec2Error("InvalidParameterValue", $"Tag '{key}' is too long: keys have at most 128 characters, values 256.");
            }

            if (tags.Exists(tag => tag.Key == key))
            {
                throw new Ec2Error("InvalidParameterValue", $"Duplicate tag key '{key}' specified.");
            }

            tags.Add((key, value));
        }

        return tags;
    }

    public static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> present,
        IEnumerable<(string Key, string? Value)> added,
        int limit
    )
    {
        var tags = new Dictionary<string, string>(present, StringComparer.Ordinal);
        foreach (var (key, value) in added)
        {
            tags[key] = value ?? "";
        }

        return tags.Count <= limit ? tags : throw new Ec2Error("TagLimitExceeded", $"More than {limit} tags on one resource.");
    }
}
