using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Manager.Pods;

/// <summary>How pods are read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(KubernetesList<Pod>))]
internal sealed partial class PodJson : JsonSerializerContext;
