using MultiEni.Controller.Definitions;

namespace MultiEni.Cli.Doctor;

/// <summary>Says what could not be looked at, so that silence is not taken for health.</summary>
internal static class AccessCheck
{
    public const string Name = "your permissions";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        (string What, string? WhyNot)[] parts =
        [
            ("resource definitions", picture.Definitions.WhyNot),
            ("NodeENIs", picture.NodeEnis.WhyNot),
            ("ENIAttachments", picture.Attachments.WhyNot),
            ("nodes", picture.Nodes.WhyNot),
            ("deployments", picture.Deployments.WhyNot),
            ("daemonsets", picture.DaemonSets.WhyNot),
            ("the controller's namespace", picture.HomeNamespace.WhyNot),
            ("events of the controller's namespace", picture.Refusals.WhyNot),
            ("pods of the controller's namespace", picture.HomePods.WhyNot),
            ("pods of the device plugin", picture.PluginPods.WhyNot),
            ("the leader's Lease", picture.Leases.WhyNot),
        ];
        if (picture.Refused.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                "you",
                $"You may not {string.Join(" nor ", picture.Refused)}.",
                ["If you should, bind yourself to a role with it: `kubectl auth can-i --list`."]
            );
        }

        var missing = picture.Definitions.Value is { Count: < 2 };
        foreach (var (what, why) in parts)
        {
            // That an undefined resource cannot be listed is told by the check of definitions.
            if (why is not null && !(missing && what is "NodeENIs" or "ENIAttachments"))
            {
                yield return new Finding(
                    Name,
                    Severity.Warning,
                    what,
                    $"Could not be looked at: {why}",
                    ["Ask for get and list of it; the role in docs/kubectl-eni.md has all that is needed."]
                );
            }
        }
    }
}

/// <summary>The CRDs exist and know every field that this version uses; those of the Go controller, or of an older version, do not.</summary>
internal static class DefinitionCheck
{
    public const string Name = "resource definitions";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        if (picture.Definitions.Value is not { } definitions)
        {
            yield break;
        }

        foreach (var name in DefinitionGaps.Names)
        {
            var definition = definitions.FirstOrDefault(found => found.Metadata.Name == name);
            if (definition is null)
            {
                yield return new Finding(Name, Severity.Error, name, "The resource is not defined in the cluster.", [DefinitionGaps.Remedy]);
            }
            else if (DefinitionGaps.Of(definition) is { Count: > 0 } missing)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    name,
                    $"The definition is an older one: it does not know {DefinitionGaps.Describe(missing)}. The controller does nothing on it.",
                    [DefinitionGaps.Remedy]
                );
            }
        }
    }
}
