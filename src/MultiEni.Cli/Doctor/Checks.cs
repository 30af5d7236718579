namespace MultiEni.Cli.Doctor;

/// <summary>All checks, in the order in which a person would look: what is installed, what runs, then single ENIs.</summary>
internal static class Checks
{
    private static readonly IReadOnlyList<(string Name, Func<ClusterSnapshot, IEnumerable<Finding>> Run)> All =
    [
        (DefinitionCheck.Name, DefinitionCheck.Run),
        (ControllerCheck.Name, ControllerCheck.Run),
        (ManagerCheck.Name, ManagerCheck.Run),
        (VersionCheck.Name, VersionCheck.Run),
        (DevicePluginCheck.Name, DevicePluginCheck.Run),
        (MultusCheck.Name, MultusCheck.Run),
        (NodeEniCheck.Name, NodeEniCheck.Run),
        (EniCheck.Name, EniCheck.Run),
        (AccessCheck.Name, AccessCheck.Run),
    ];

    /// <summary>Runs them.</summary>
    public static DoctorReport Run(ClusterSnapshot picture)
    {
        var findings = All.SelectMany(check => check.Run(picture)).OrderBy(finding => finding.Severity).ToList();
        return new DoctorReport(
            !findings.Exists(finding => finding.Severity == Severity.Error),
            [.. All.Select(check => check.Name).Where(name => !findings.Exists(finding => finding.Check == name))],
            findings
        );
    }
}
