namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// One finding of a validation, as the API server lists it among the causes of a 422 answer.
/// </summary>
/// <param name="Path">
/// Where, such as <c>spec.subnetIDs[1]</c> or <c>spec.tags[owner]</c>; empty for the object itself.
/// </param>
/// <param name="Reason">
/// One of <see cref="FieldErrorReasons"/>: the <c>reason</c> of the cause.
/// </param>
/// <param name="Message">The <c>message</c> of the cause: what is wrong, without the path.</param>
public sealed record FieldError(string Path, string Reason, string Message)
{
    /// <summary>
    /// Path and message in one line, as the status message of the answer joins them.
    /// </summary>
    public override string ToString() => $"{(Path.Length == 0 ? "<nil>" : Path)}: {Message}";
}
