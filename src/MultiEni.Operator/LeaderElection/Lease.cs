using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.LeaderElection;

/// <summary>A <c>coordination.k8s.io/v1</c> Lease.</summary>
public sealed record Lease : IKubernetesObject
{
    /// <summary>Where leases live in the API.</summary>
    public static ResourceKind<Lease> Resource { get; } =
        new("coordination.k8s.io", "v1", "leases", "Lease", true, LeaseJson.Default.Lease, LeaseJson.Default.KubernetesListLease);

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who holds it and until when.</summary>
    public LeaseSpec Spec { get; set; } = new();
}

/// <summary>Who holds a lease and for how long.</summary>
public sealed record LeaseSpec
{
    /// <summary>The holder; empty or null when the lease is free.</summary>
    public string? HolderIdentity { get; set; }

    /// <summary>How long after the last renewal others must wait; seconds.</summary>
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>When the holder got it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    /// <summary>
    /// When the holder last renewed it, by the holder's clock: never compared with ours.
    /// </summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; set; }
}

/// <summary>JSON of leases; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(KubernetesList<Lease>))]
public sealed partial class LeaseJson : JsonSerializerContext;

/// <summary>
/// Times of the MicroTime type. The API server answers 400 unless exactly six fraction digits are
/// there.
/// </summary>
internal sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) ? time : default;

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null));
}
