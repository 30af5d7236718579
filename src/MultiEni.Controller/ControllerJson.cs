using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Multus;

namespace MultiEni.Controller;

/// <summary>JSON of what only the controller reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NamespaceObject))]
[JsonSerializable(typeof(KubernetesList<NamespaceObject>))]
[JsonSerializable(typeof(ResourceDefinition))]
[JsonSerializable(typeof(KubernetesList<ResourceDefinition>))]
[JsonSerializable(typeof(NetworkAttachmentDefinition))]
[JsonSerializable(typeof(KubernetesList<NetworkAttachmentDefinition>))]
internal sealed partial class ControllerJson : JsonSerializerContext;
