using System.Text.Json.Serialization;

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

/// <summary>Something that the doctor found.</summary>
/// <param name="Check">Which check found it.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Object">What it is about.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Remedies">What to do, the likeliest first.</param>
/// <param name="Reason">The condition reason, where one told it.</param>
internal sealed record Finding(
    string Check,
    Severity Severity,
    string Object,
    string Seen,
    IReadOnlyList<string> Remedies,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null
);

/// <summary>How much a finding matters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>Something does not work until somebody helps.</summary>
    Error,

    /// <summary>Something may not work, or could not be looked at.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Info,
}
