using MultiEni.Controller.Definitions;

namespace MultiEni.Cli.Doctor;

/// <summary>Reports what could not be read, so that missing data is not taken for health.</summary>
internal static class AccessCheck
{
    public const string Name = "your permissions";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        (string What, string? Error)[] parts =
        [
            ("resource definitions", snapshot.Definitions.Error),
            ("NodeENIs", snapshot.NodeEnis.Error),
            ("ENIAttachments", snapshot.Attachments.Error),
            ("nodes", snapshot.Nodes.Error),
            ("deployments", snapshot.Deployments.Error),
            ("daemonsets", snapshot.DaemonSets.Error),
            ("the controller's namespace", snapshot.NamespaceObject.Error),
            ("events of the controller's namespace", snapshot.CreateFailures.Error),
            ("pods of the controller's namespace", snapshot.InstalledPods.Error),
            ("pods of the device plugin", snapshot.PluginPods.Error),
            ("the leader's Lease", snapshot.Leases.Error),
            ("network-attachment-definitions", snapshot.Networks.IsMissing ? null : snapshot.Networks.Error),
            ("nodepools", snapshot.NodePools.IsMissing ? null : snapshot.NodePools.Error),
            ("deployments of Karpenter", snapshot.NodePools.Value is { Count: > 0 } ? snapshot.Karpenter.Error : null),
            .. snapshot is { UsesClaims: true, Claims: { Slices.IsMissing: false } claims }
                ? ((string, string?)[])
                    [
                        ("resourceslices", claims.Slices.Error),
                        ("deviceclasses", claims.Classes.Error),
                        ("resourceclaims", claims.Claims.Error),
                        ("pods of claims", claims.Pods.Error),
                        ("events of claims", claims.PrepareFailures.Error),
                    ]
                : [],
        ];
        if (snapshot.DeniedActions.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                "you",
                $"You are not allowed to {string.Join(" or ", snapshot.DeniedActions)}.",
                ["If you need to, ask for a role with that permission. `kubectl auth can-i --list` shows your permissions."]
            );
        }

        var missing = snapshot.Definitions.Value is { Count: < 2 };
        foreach (var (what, why) in parts)
        {
            // The check of CRDs already reports a missing resource.
            if (why is not null && !(missing && what is "NodeENIs" or "ENIAttachments"))
            {
                yield return new Finding(
                    Name,
                    Severity.Warning,
                    what,
                    $"Could not be read: {why}",
                    ["Ask for get and list permissions; docs/kubectl-eni.md lists all that are needed."]
                );
            }
        }
    }
}

/// <summary>
/// The CRDs exist and have every field that this version uses; those of the Go controller or an
/// older version do not.
/// </summary>
internal static class DefinitionCheck
{
    public const string Name = "resource definitions";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        if (snapshot.Definitions.Value is not { } definitions)
        {
            yield break;
        }

        foreach (var name in DefinitionGaps.Names)
        {
            var definition = definitions.FirstOrDefault(found => found.Metadata.Name == name);
            if (definition is null)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    name,
                    "The CustomResourceDefinition does not exist in the cluster.",
                    [DefinitionGaps.Remedy]
                );
            }
            else if (DefinitionGaps.Of(definition) is { Count: > 0 } missing)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    name,
                    $"The CustomResourceDefinition is outdated: it lacks {DefinitionGaps.Describe(missing)}. The controller does not reconcile until it is updated.",
                    [DefinitionGaps.Remedy]
                );
            }
        }
    }
}
