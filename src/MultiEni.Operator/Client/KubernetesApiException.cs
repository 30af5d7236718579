namespace MultiEni.Operator.Client;

/// <summary>
/// The API server refused a request. The message names verb, resource and object.
/// </summary>
/// <remarks>Flow is decided by the predicates, never by comparing codes or texts.</remarks>
public sealed class KubernetesApiException : Exception
{
    private const string PatchMismatch = "the server rejected our request due to an error in our request";

    /// <summary>
    /// A refusal of <paramref name="request"/>, which reads like <c>apply nodeenis/a</c>.
    /// </summary>
    public KubernetesApiException(string request, KubernetesStatus status)
        : base(Describe(request, status))
    {
        ArgumentNullException.ThrowIfNull(status);
        StatusCode = status.Code;
        Reason = status.Reason ?? "";
        Causes = status.Details?.Causes ?? [];
        IsPatchMismatch = StatusCode == 422 && status.Message?.StartsWith(PatchMismatch, StringComparison.Ordinal) == true;
        RetryAfter = status.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>HTTP status code.</summary>
    public int StatusCode { get; }

    /// <summary>The server's word for the failure, such as <c>Conflict</c>; may be empty.</summary>
    public string Reason { get; }

    /// <summary>What exactly is wrong, field by field.</summary>
    public IReadOnlyList<KubernetesStatusCause> Causes { get; }

    /// <summary>How long the server wants to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The object, or the kind, does not exist.</summary>
    public bool IsNotFound => StatusCode == 404;

    /// <summary>
    /// The object has changed since it was read, or a field belongs to another manager.
    /// </summary>
    public bool IsConflict => StatusCode == 409 && !IsAlreadyExists;

    /// <summary>An object of this name exists already.</summary>
    public bool IsAlreadyExists => StatusCode == 409 && Reason == "AlreadyExists";

    /// <summary>
    /// The object breaks the rules of its kind; the same request will always fail.
    /// </summary>
    public bool IsInvalid => StatusCode is 400 or 422;

    /// <summary>
    /// A JSON patch does not fit the object as it is now: one of its tests failed, or what it
    /// changes is not there. For that the server has only its general words
    /// (https://github.com/kubernetes/apimachinery, pkg/api/errors, NewGenericServerResponse); what
    /// breaks a rule or a policy is told by name.
    /// </summary>
    public bool IsPatchMismatch { get; }

    /// <summary>The program lacks a permission.</summary>
    public bool IsForbidden => StatusCode is 401 or 403;

    /// <summary>The history that the request refers to is no longer kept.</summary>
    public bool IsExpired => StatusCode == 410 || Reason == "Expired";

    /// <summary>The same request may succeed later.</summary>
    public bool IsTransient => StatusCode is 408 or 429 or >= 500;

    private static string Describe(string request, KubernetesStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var reason = string.IsNullOrEmpty(status.Reason) ? "" : $" {status.Reason}";
        var message = string.IsNullOrEmpty(status.Message) ? "" : $": {status.Message}";
        return $"{request}: {status.Code}{reason}{message}";
    }
}

/// <summary>
/// Tells the failures of a request, which a working program must expect, from bugs.
/// </summary>
public static class KubernetesFailure
{
    /// <summary>
    /// Whether the server refused, or could not be reached, or gave no answer in time, or something
    /// else answered.
    /// </summary>
    public static bool Is(Exception failure) => failure is KubernetesApiException or HttpRequestException or IOException or TimeoutException;
}
