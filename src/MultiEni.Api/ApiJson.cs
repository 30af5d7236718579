using System.Text.Json.Serialization;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Api;

/// <summary>
/// How the resources are written as JSON. Null properties are left out, which is what makes a partly filled object a valid
/// server-side-apply patch: only the fields that are there are claimed.
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
