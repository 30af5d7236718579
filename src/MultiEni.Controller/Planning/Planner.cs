using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>Decides which attachments a NodeENI should have. Pure.</summary>
internal static class Planner
{
    /// <summary>The plan for one NodeENI.</summary>
    public static Plan Plan(PlanInput input)
    {
        var existing = input.Existing.ToDictionary(attachment => attachment.Metadata.Name);
        if (input.NodeEni.Metadata.IsBeingDeleted)
        {
            return new Plan([], existing.Values.Where(a => !a.Metadata.IsBeingDeleted).ToList(), [], 0);
        }

        var nodes = new NodePlanner(input, existing);
        foreach (var node in input.Nodes)
        {
            nodes.Add(node);
        }

        var desired = nodes.Desired;
        var replacements = new ReplacementAllowance(input.Nodes.Count, existing, desired);
        var apply = new List<EniAttachment>();
        var delete = new List<EniAttachment>();
        var outdated = new HashSet<string>(StringComparer.Ordinal);
        var changing = new HashSet<(string, long?)>();
        var holdsBack = false;
        foreach (var (name, wanted) in desired)
        {
            if (!existing.TryGetValue(name, out var present))
            {
                apply.Add(wanted);
            }
            else if (present.Metadata.IsBeingDeleted || SpecComparison.SameSpec(present.Spec!, wanted.Spec!))
            {
                continue;
            }
            else if (SpecComparison.CanBecome(present.Spec!, wanted.Spec!))
            {
                changing.Add((present.Metadata.Uid!, present.Metadata.Generation));
                apply.Add(wanted);
            }
            else
            {
                outdated.Add(present.Metadata.Uid!);
                if (replacements.TryTake(present))
                {
                    delete.Add(present);
                }
                else
                {
                    holdsBack = true;
                }
            }
        }

        // Without subnets nobody can tell what is wanted: an unresolved name must never look like a
        // removed one.
        var matching = input.Nodes.Select(node => node.Name).ToHashSet();
        var unwanted = existing
            .Values.Where(present =>
                !present.Metadata.IsBeingDeleted
                && (
                    input.Network is null
                        ? !matching.Contains(present.Spec!.NodeName)
                        : !desired.ContainsKey(present.Metadata.Name) && !nodes.Undecided.Contains(present.Spec!.NodeName)
                )
            )
            .ToList();
        delete.AddRange(unwanted);

        var problems = nodes.Problems.OrderBy(problem => problem.NodeName, StringComparer.Ordinal).ToList();
        var count = input.Network is null ? existing.Count - delete.Count : desired.Count;
        return new Plan(apply, delete, problems, count, nodes.UsedFreeAddresses)
        {
            DesiredByNode = nodes.DesiredByNode,
            Outdated = outdated,
            Changing = changing,
            Unwanted = unwanted.Select(attachment => attachment.Metadata.Uid!).ToHashSet(),
            HoldsBack = holdsBack,
            InTheWay = holdsBack ? replacements.InTheWay : [],
        };
    }
}
