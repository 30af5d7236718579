using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// How a write is to be carried out; the same choices that the query string of a request has.
/// </summary>
public sealed record WriteOptions
{
    /// <summary>Plain writes with nothing special.</summary>
    public static WriteOptions Default { get; } = new();

    /// <summary>A write to the status subresource.</summary>
    public static WriteOptions Status { get; } = new() { Subresource = "status" };

    /// <summary>Empty for the object itself, or <c>status</c>.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>
    /// Who owns the fields written. Null tracks nothing as long as nobody else does, which is what
    /// fast simulated writers want.
    /// </summary>
    public string? FieldManager { get; init; }

    /// <summary>Checks everything and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Under server-side apply, takes fields that others own.</summary>
    public bool Force { get; init; }

    /// <summary>What becomes of fields that the schema does not know.</summary>
    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>
    /// Whether what an update may not change is looked at; those who play the parts of a cluster in
    /// process may change all.
    /// </summary>
    internal bool ChecksChanges { get; init; }

    /// <summary>The group through which an event is written, of which it has two.</summary>
    internal string ApiGroup { get; init; } = "";

    /// <summary>
    /// Whether the object is replaced by one that its writer made whole, and not patched.
    /// </summary>
    internal bool IsReplacement { get; init; }

    /// <summary>Fields that the body has more than once.</summary>
    internal IReadOnlyList<string> RepeatedFields { get; init; } = [];

    /// <summary>
    /// The patch as errors show it, made of the stored object; null when the write is none.
    /// </summary>
    internal Func<System.Text.Json.Nodes.JsonObject, string>? PatchText { get; init; }

    /// <summary>
    /// Looks at what is about to be stored and throws to refuse it; null admits everything.
    /// </summary>
    internal Action<AdmissionAttempt>? Admission { get; init; }

    /// <summary>
    /// Tells what of a claim's status the writer has no right to; null allows all.
    /// </summary>
    internal Action<AdmissionAttempt, FieldErrors>? ClaimRights { get; init; }
}
