using System.Text.Json.Serialization;

namespace MultiEni.Cli.Doctor;

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
