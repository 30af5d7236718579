using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Errors;

/// <summary>
/// A refusal by the simulated API server. Over HTTP it becomes a <c>Status</c>; in process it is
/// thrown.
/// </summary>
public sealed class StatusException : Exception
{
    /// <summary>A refusal that no named kind of error covers.</summary>
    /// <param name="code">The HTTP status code.</param>
    /// <param name="reason">
    /// The machine-readable reason, such as <c>NotFound</c>; empty where the API server gives none.
    /// </param>
    /// <param name="message">The text that kubectl prints.</param>
    /// <param name="details">The <c>details</c> of the <c>Status</c>, or null.</param>
    public StatusException(int code, string reason, string message, JsonObject? details = null)
        : base(message)
    {
        Code = code;
        Reason = reason;
        Details = details;
    }

    /// <summary>The HTTP status code.</summary>
    public int Code { get; }

    /// <summary>The machine-readable reason, such as <c>Conflict</c>.</summary>
    public string Reason { get; }

    /// <summary>Which object and which fields, or null.</summary>
    public JsonObject? Details { get; }

    /// <summary>Texts for the <c>Warning</c> headers of the answer.</summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>
    /// Seconds that the client should wait, sent as <c>Retry-After</c>; zero sends none.
    /// </summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>The <c>Status</c> object of the answer.</summary>
    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        var details = Details?.DeepClone().AsObject();
        if (RetryAfterSeconds > 0)
        {
            details ??= [];
            details["retryAfterSeconds"] = RetryAfterSeconds;
        }

        if (details is not null)
        {
            status["details"] = details;
        }

        status["code"] = Code;
        return status;
    }
}
