using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller;

/// <summary>JSON of what only the controller reads.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NamespaceObject))]
[JsonSerializable(typeof(KubernetesList<NamespaceObject>))]
internal sealed partial class ControllerJson : JsonSerializerContext;
