using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Multus;

/// <summary>JSON of what Multus reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NetworkAttachmentDefinition))]
[JsonSerializable(typeof(KubernetesList<NetworkAttachmentDefinition>))]
internal sealed partial class MultusJson : JsonSerializerContext;
