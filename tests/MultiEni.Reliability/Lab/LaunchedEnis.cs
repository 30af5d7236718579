using MultiEni.Controller.Ec2;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// ENIs that nodes have from their launch template: a NodeENI with adopt uses them, and whatever
/// happens nobody detaches them.
/// </summary>
internal sealed class LaunchedEnis(Ec2World world)
{
    public const string Description = "made at launch";

    private readonly Dictionary<string, NetworkInterface> _rows = [];

    private static readonly Dictionary<string, string> Tags = new() { [EniTags.ManagedBy] = EniTags.Owner, [EniTags.NoManage] = "true" };

    /// <summary>One in each subnet, at other indexes than NodeENIs ask for.</summary>
    public static IReadOnlyList<LaunchInterface> Interfaces { get; } =
    [
        new LaunchInterface(5, Cluster.SubnetA) { Tags = Tags, Description = Description },
        new LaunchInterface(6, Cluster.SubnetB) { Tags = Tags, Description = Description },
    ];

    /// <summary>An instance was launched.</summary>
    public void Know(string instance)
    {
        foreach (var row in world.NetworkInterfacesOf(instance).Where(row => row.Description == Description))
        {
            _rows.Add(row.Id, row);
        }
    }

    public bool Contains(string eniId) => _rows.ContainsKey(eniId);

    /// <summary>Which is not attached any more, or null.</summary>
    public string? Lost() =>
        _rows.Values.FirstOrDefault(row => world.FindNetworkInterface(row.Id)?.Attachment?.Id != row.Attachment!.Id) is { } lost
            ? $"{lost.Id} of the launch template was detached"
            : null;

    /// <summary>Which has tags of a cluster, or none of its own, or null.</summary>
    public string? Marked() =>
        _rows
            .Keys.Select(id => world.FindNetworkInterface(id)!)
            .FirstOrDefault(row => EniTags.OfAdoption.Any(row.Tags.ContainsKey) || !Tags.All(row.Tags.Contains))
            is { } marked
            ? $"{marked.Id} of the launch template has the tags {string.Join(", ", marked.Tags)}"
            : null;

    /// <summary>Makes them as at launch, for the next test.</summary>
    public void Restore()
    {
        foreach (var (id, before) in _rows)
        {
            world.TryChange(
                id,
                row => before with { Status = row.Status, Attachment = row.Attachment is { } at ? at with { EnaExpress = null } : null }
            );
        }
    }
}
