using System.Text.Json.Serialization;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// All checks, from general to specific: what is installed, what runs, then single ENIs.
/// </summary>
internal static class Checks
{
    private static readonly IReadOnlyList<(string Name, Func<ClusterSnapshot, IEnumerable<Finding>> Run)> All =
    [
        (DefinitionCheck.Name, DefinitionCheck.Run),
        (ControllerCheck.Name, ControllerCheck.Run),
        (ManagerCheck.Name, ManagerCheck.Run),
        (VersionCheck.Name, VersionCheck.Run),
        (DevicePluginCheck.Name, DevicePluginCheck.Run),
        (ClaimSupportCheck.Name, ClaimSupportCheck.Run),
        (ClaimWaitCheck.Name, ClaimWaitCheck.Run),
        (ClaimHoldCheck.Name, ClaimHoldCheck.Run),
        (MultusCheck.Name, MultusCheck.Run),
        (NodeEniCheck.Name, NodeEniCheck.Run),
        (AddressCheck.Name, AddressCheck.Run),
        (NetworkIpamCheck.Name, NetworkIpamCheck.Run),
        (PodCapacityCheck.Name, PodCapacityCheck.Run),
        (AutoscalerCheck.Name, AutoscalerCheck.Run),
        (IdleTimeoutCheck.Name, IdleTimeoutCheck.Run),
        (EniCheck.Name, EniCheck.Run),
        (AccessCheck.Name, AccessCheck.Run),
    ];

    /// <summary>Runs them.</summary>
    public static DoctorReport Run(ClusterSnapshot snapshot)
    {
        var findings = All.SelectMany(check => check.Run(snapshot)).OrderBy(finding => finding.Severity).ToList();
        return new DoctorReport(
            !findings.Exists(finding => finding.Severity == Severity.Error),
            [.. All.Select(check => check.Name).Where(name => !findings.Exists(finding => finding.Check == name))],
            findings
        );
    }
}

/// <summary>A finding of the doctor.</summary>
/// <param name="Check">The check that reported it.</param>
/// <param name="Severity">Its severity.</param>
/// <param name="Object">The affected object.</param>
/// <param name="Seen">What was observed.</param>
/// <param name="Remedies">What to do, the most likely fix first.</param>
/// <param name="Reason">The condition reason, if the finding comes from a condition.</param>
internal sealed record Finding(
    string Check,
    Severity Severity,
    string Object,
    string Seen,
    IReadOnlyList<string> Remedies,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null
);

/// <summary>Severity of a finding.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>Something does not work and needs attention.</summary>
    Error,

    /// <summary>Something may not work, or could not be checked.</summary>
    Warning,

    /// <summary>For information.</summary>
    Info,
}
