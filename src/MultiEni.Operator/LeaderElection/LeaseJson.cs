using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.LeaderElection;

/// <summary>JSON of leases; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(KubernetesList<Lease>))]
public sealed partial class LeaseJson : JsonSerializerContext;
