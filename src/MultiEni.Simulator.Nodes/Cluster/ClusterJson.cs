using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>Serialisation of objects of any kind.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterObject))]
[JsonSerializable(typeof(KubernetesList<ClusterObject>))]
internal sealed partial class ClusterJson : JsonSerializerContext;
