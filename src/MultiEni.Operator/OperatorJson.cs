using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Operator;

/// <summary>How the runtime's own wire types are written as JSON; nulls are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(KubernetesStatus))]
[JsonSerializable(typeof(BookmarkObject))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(KubernetesList<Lease>))]
[JsonSerializable(typeof(KubernetesEvent))]
[JsonSerializable(typeof(KubernetesList<KubernetesEvent>))]
public sealed partial class OperatorJson : JsonSerializerContext;
