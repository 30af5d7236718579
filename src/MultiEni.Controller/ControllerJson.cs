using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller;

/// <summary>JSON of the cluster's identity.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NamespaceObject))]
[JsonSerializable(typeof(KubernetesList<NamespaceObject>))]
internal sealed partial class ControllerJson : JsonSerializerContext;
