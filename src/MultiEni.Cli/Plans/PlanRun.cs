using MultiEni.Api.NodeEnis;

namespace MultiEni.Cli.Plans;

/// <summary>What a plan is asked for: edits, and what is refused before any.</summary>
/// <param name="Items">By NodeENI, in the order of the files.</param>
internal sealed record PlanRun(IReadOnlyList<PlanRunItem> Items)
{
    /// <summary>What would be done.</summary>
    public IEnumerable<NodeEniEdit> Edits => Items.Select(item => item.Edit).OfType<NodeEniEdit>();

    /// <summary>The NodeENIs whose networks have to be known.</summary>
    public IReadOnlyList<NodeEni> Foretold => [.. Edits.Select(edit => (edit.After ?? edit.Before)!)];

    /// <summary>Whether ENIs outlive their nodes, before the edits or after them.</summary>
    public bool Retains => Edits.Any(edit => IsRetaining(edit.Before) || IsRetaining(edit.After));

    private static bool IsRetaining(NodeEni? nodeEni) => nodeEni?.Spec?.RetainPolicy == RetainPolicies.Retain;

    /// <summary>
    /// Compares files with what is there. NodeENIs that are in no file are followed too: they may get
    /// what others give up.
    /// </summary>
    /// <param name="manifests">The files.</param>
    /// <param name="present">The NodeENIs that are there.</param>
    /// <param name="delete">Whether they would be deleted.</param>
    /// <param name="prune">Whether those that are in no file would be.</param>
    public static PlanRun Of(IReadOnlyList<NodeEniManifest> manifests, IReadOnlyList<NodeEni> present, bool delete, bool prune)
    {
        var byName = present.ToDictionary(nodeEni => nodeEni.Metadata.Name, StringComparer.Ordinal);
        var named = manifests.Select(manifest => manifest.Name).ToHashSet(StringComparer.Ordinal);
        return new PlanRun([
            .. manifests.Select(manifest => Item(manifest, byName.GetValueOrDefault(manifest.Name), delete)),
            .. present.Where(other => !named.Contains(other.Metadata.Name)).Select(other => Other(other, prune)),
        ]);
    }

    /// <summary>The NodeENIs that are in no file, and stay.</summary>
    public IReadOnlyList<string> Others =>
        [.. Items.Where(item => item.Edit is { IsOther: true, Before.Metadata.IsBeingDeleted: false }).Select(item => item.Name)];

    private static PlanRunItem Other(NodeEni other, bool prune) =>
        prune
            ? new(other.Metadata.Name, null, [], new NodeEniEdit(other, null))
            : new(other.Metadata.Name, null, [], new NodeEniEdit(other, other.Metadata.IsBeingDeleted ? null : other) { IsOther = true });

    private static PlanRunItem Item(NodeEniManifest manifest, NodeEni? before, bool delete)
    {
        if (delete)
        {
            return before is null
                ? new PlanRunItem(manifest.Name, manifest.Source, ["it does not exist, so there is nothing to delete"], null)
                : new PlanRunItem(manifest.Name, manifest.Source, [], new NodeEniEdit(before, null));
        }

        if (before is { Metadata.IsBeingDeleted: true })
        {
            return new PlanRunItem(manifest.Name, manifest.Source, ["it is being deleted; apply it when it is gone"], null);
        }

        var (after, errors) = manifest.Check(before);
        return new PlanRunItem(manifest.Name, manifest.Source, errors, after is null ? null : new NodeEniEdit(before, after));
    }
}

/// <summary>A NodeENI of a plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">The file that it is from; null for one that is in none.</param>
/// <param name="Errors">Why it is refused before anything is planned.</param>
/// <param name="Edit">What would be done; null when it is refused.</param>
internal sealed record PlanRunItem(string Name, string? Source, IReadOnlyList<string> Errors, NodeEniEdit? Edit);
