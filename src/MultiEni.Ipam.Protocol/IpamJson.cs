using System.Text.Json.Serialization;

namespace MultiEni.Ipam.Protocol;

/// <summary>
/// JSON of the protocol. Fields that one side does not know are ignored, so that plugin and ENI
/// manager of different releases understand each other.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IpamRequest))]
[JsonSerializable(typeof(IpamReply))]
public sealed partial class IpamJson : JsonSerializerContext;
