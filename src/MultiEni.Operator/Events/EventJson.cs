using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Events;

/// <summary>JSON of events; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(KubernetesEvent))]
[JsonSerializable(typeof(KubernetesList<KubernetesEvent>))]
public sealed partial class EventJson : JsonSerializerContext;
