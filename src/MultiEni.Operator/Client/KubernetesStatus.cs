using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>How the API server reports a failure.</summary>
public sealed record KubernetesStatus
{
    /// <summary>HTTP status code.</summary>
    public int Code { get; set; }

    /// <summary>A CamelCase word such as <c>Conflict</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; set; }

    /// <summary>What exactly is wrong.</summary>
    public KubernetesStatusDetails? Details { get; set; }
}

/// <summary>The particulars of a failure.</summary>
public sealed record KubernetesStatusDetails
{
    /// <summary>One entry for each thing that is wrong.</summary>
    public List<KubernetesStatusCause>? Causes { get; set; }

    /// <summary>How long the server wants to be left alone; seconds.</summary>
    public int? RetryAfterSeconds { get; set; }
}

/// <summary>One thing that is wrong with a request.</summary>
public sealed record KubernetesStatusCause
{
    /// <summary>A CamelCase word such as <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; set; }

    /// <summary>The path of the field, such as <c>spec.mtu</c>.</summary>
    public string? Field { get; set; }
}

/// <summary>JSON of the API server's own answers; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(KubernetesStatus))]
[JsonSerializable(typeof(BookmarkObject))]
public sealed partial class ClientJson : JsonSerializerContext;
