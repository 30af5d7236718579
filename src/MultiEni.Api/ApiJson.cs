using System.Text.Json.Serialization;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Api;

/// <summary>
/// JSON serialization of the resources. Null properties are omitted, so that a partially filled
/// object is a valid server-side apply patch that only takes ownership of the fields that are set.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SharedStringConverter), typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NodeEni))]
[JsonSerializable(typeof(KubernetesList<NodeEni>))]
[JsonSerializable(typeof(EniAttachment))]
[JsonSerializable(typeof(KubernetesList<EniAttachment>))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(KubernetesList<Node>))]
[JsonSerializable(typeof(ResourceSlice))]
[JsonSerializable(typeof(KubernetesList<ResourceSlice>))]
[JsonSerializable(typeof(ResourceClaim))]
[JsonSerializable(typeof(KubernetesList<ResourceClaim>))]
[JsonSerializable(typeof(EniClaimConfig))]
public sealed partial class ApiJson : JsonSerializerContext;
