using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// CreateTags and DeleteTags on up to a thousand resources, all or none
/// (docs/reference/ec2.md#quotas).
/// </summary>
internal static class ResourceTags
{
    private const int MaximumResources = 1000;

    public static void Create(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var tags = Tags.Read(query, "Tag");
        if (tags.Count == 0)
        {
            throw Ec2Error.MissingParameter("Tag");
        }

        Apply(state, query, present => Tags.Merge(present, tags, state.Options.TagsPerResource));
        answer.Flag("return", true);
    }

    /// <summary>
    /// A tag without value goes whatever its value; one with a value goes when it has that value;
    /// without tags all go.
    /// </summary>
    public static void Delete(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var tags = Tags.Read(query, "Tag");
        Apply(
            state,
            query,
            present =>
                present
                    .Where(tag => tags.Count > 0 && !tags.Exists(gone => gone.Key == tag.Key && (gone.Value is null || gone.Value == tag.Value)))
                    .ToDictionary(StringComparer.Ordinal)
        );
        answer.Flag("return", true);
    }

    private static void Apply(
        Ec2State state,
        QueryParameters query,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change
    )
    {
        var ids = query.List("ResourceId");
        if (ids.Count == 0)
        {
            throw Ec2Error.MissingParameter("ResourceId");
        }

        if (ids.Count > MaximumResources)
        {
            throw new Ec2Error("InvalidParameterValue", $"At most {MaximumResources} resources can be tagged in one call.");
        }

        // All are prepared before the first is changed: a failing one must leave the others alone.
        List<Action> changes = [.. ids.Select(id => Prepare(state, id, change))];
        changes.ForEach(apply => apply());
    }

    private static Action Prepare(Ec2State state, string id, Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change)
    {
        switch (id.Split('-')[0])
        {
            case "eni":
                var row = state.RequireNetworkInterface(id);
                var rowTags = change(row.Tags);
                return () => state.NetworkInterfaces.Replace(row with { Tags = rowTags });
            case "subnet":
                var subnet = state.RequireSubnet(id);
                var subnetTags = change(subnet.Row.Tags);
                return () => subnet.Retag(subnetTags);
            case "i":
                var instance = state.RequireInstance(id);
                var instanceTags = change(instance.Tags);
                return () => state.Instances[id] = instance with { Tags = instanceTags };
            case "sg" when state.SecurityGroups.TryGetValue(id, out var group):
                var groupTags = change(group.Tags);
                return () => state.SecurityGroups[id] = group with { Tags = groupTags };
            default:
                throw new Ec2Error("InvalidID", $"The ID '{id}' is not valid");
        }
    }
}
