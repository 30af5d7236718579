using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Kubernetes;

/// <summary>JSON of resource definitions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(ResourceDefinition))]
[JsonSerializable(typeof(KubernetesList<ResourceDefinition>))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
