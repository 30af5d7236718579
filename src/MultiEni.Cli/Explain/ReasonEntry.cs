using System.Text.Json.Serialization;

namespace MultiEni.Cli.Explain;

/// <summary>What there is to know about a reason.</summary>
/// <param name="Reason">The word in a condition.</param>
/// <param name="Symptom">What a user sees; groups reasons.</param>
/// <param name="Meaning">What is the case.</param>
/// <param name="Causes">Why it may be so.</param>
/// <param name="Remedies">What to do, the likeliest first.</param>
/// <param name="Issue">The name of it in the users' guide, or null.</param>
internal sealed record ReasonEntry(
    string Reason,
    string Symptom,
    string Meaning,
    IReadOnlyList<string> Causes,
    IReadOnlyList<string> Remedies,
    string? Issue
)
{
    /// <summary>The symptom of reasons that are no trouble.</summary>
    public const string NoSymptom = "Nothing is wrong";

    /// <summary>Whether somebody should do something.</summary>
    [JsonIgnore]
    public bool IsTrouble => Symptom != NoSymptom;
}
