using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>How they are read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(KubernetesList<Workload>))]
[JsonSerializable(typeof(ClusterPod))]
[JsonSerializable(typeof(KubernetesList<ClusterPod>))]
[JsonSerializable(typeof(ClusterNamespace))]
[JsonSerializable(typeof(KubernetesList<ClusterNamespace>))]
[JsonSerializable(typeof(AccessReview))]
[JsonSerializable(typeof(KubernetesList<AccessReview>))]
internal sealed partial class ClusterJson : JsonSerializerContext;
