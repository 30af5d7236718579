using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>JSON of the API server's own answers; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(KubernetesStatus))]
[JsonSerializable(typeof(BookmarkObject))]
public sealed partial class ClientJson : JsonSerializerContext;
