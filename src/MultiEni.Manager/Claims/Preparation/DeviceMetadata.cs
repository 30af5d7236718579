using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// What a container is told of its devices in a file (KEP-5304): how a DPDK program learns
/// addresses and gateway without the API server and without the instance's metadata service.
/// </summary>
internal static class DeviceMetadata
{
    /// <summary>
    /// The attribute with the gateway of the ENI's subnet, which is in the file and not in the
    /// slice.
    /// </summary>
    internal const string Gateway = "gateway";

    private const string ContainerRoot = "/var/run/kubernetes.io/dra-device-attributes";

    /// <summary>A claim's folder on the node, below the driver's own.</summary>
    public static string ClaimFolder(string root, PreparedClaim claim) => Path.Combine(root, $"{claim.Namespace}_{claim.Name}");

    /// <summary>The file of a request on the node.</summary>
    public static string HostPath(string root, PreparedClaim claim, string request) =>
        Path.Combine(ClaimFolder(root, claim), request, "metadata.json");

    /// <summary>Where a container finds it.</summary>
    public static string ContainerPath(PreparedClaim claim, string request) =>
        claim.PodClaimName is { } name
            ? $"{ContainerRoot}/resourceclaimtemplates/{name}/{request}/{ClaimNames.Driver}-metadata.json"
            : $"{ContainerRoot}/resourceclaims/{claim.Name}/{request}/{ClaimNames.Driver}-metadata.json";

    /// <summary>The content of a request's file.</summary>
    public static JsonObject Of(PreparedClaim claim, string request)
    {
        var document = new JsonObject
        {
            ["apiVersion"] = "metadata.resource.k8s.io/v1alpha1",
            ["kind"] = "DeviceMetadata",
            ["metadata"] = new JsonObject
            {
                ["name"] = claim.Name,
                ["namespace"] = claim.Namespace,
                ["uid"] = claim.Uid,
                ["generation"] = 1,
            },
        };
        if (claim.PodClaimName is { } name)
        {
            document["podClaimName"] = name;
        }

        document["requests"] = new JsonArray(
            new JsonObject
            {
                ["name"] = request,
                ["devices"] = new JsonArray([.. claim.Devices.Where(device => device.Requests.Contains(request)).Select(Device)]),
            }
        );
        return document;
    }

    /// <summary>
    /// The uid of the claim that a file is about; null when it is none of these files.
    /// </summary>
    public static string? UidOf(string content)
    {
        try
        {
            return JsonNode.Parse(content)?["metadata"]?["uid"]?.GetValue<string>();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>How a device is reached over the network.</summary>
    public static NetworkDeviceData NetworkOf(PreparedClaimDevice device)
    {
        const int mostAddresses = 16;
        return new NetworkDeviceData
        {
            InterfaceName = device.InterfaceName,
            Ips = device.Eni.AddressesWithPrefix().Take(mostAddresses).ToList() is { Count: > 0 } addresses ? addresses : null,
            HardwareAddress = device.Eni.MacAddress.Length > 0 ? device.Eni.MacAddress : null,
        };
    }

    // The driver and all that follows from it are those which the claim has, and not those of the
    // slice.
    private static JsonNode Device(PreparedClaimDevice device)
    {
        var claimable = new ClaimableDevice(
            new OfferedDevice(ResourceName.Parse(device.Resource), device.Address, Devices.PciIds.Parse(device.Ids), device.Driver),
            device.Eni,
            device.Host
        );
        var attributes = new JsonObject();
        foreach (var (name, value) in SliceBuilder.AttributesOf(claimable).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            attributes[name] = JsonSerializer.SerializeToNode(value, ApiJson.Default.DeviceAttribute);
        }

        // A device that is always bound has no interface that would tell.
        if (device.Eni.Mtu is { } mtu && !attributes.ContainsKey(DeviceAttributes.Mtu))
        {
            attributes[DeviceAttributes.Mtu] = new JsonObject { ["int"] = mtu };
        }

        if (Devices.EniNetwork.RouterOf(device.Eni.SubnetCidr) is { } gateway)
        {
            attributes[Gateway] = new JsonObject { ["string"] = gateway };
        }

        return new JsonObject
        {
            ["driver"] = ClaimNames.Driver,
            ["pool"] = device.Pool,
            ["name"] = device.Device,
            ["attributes"] = attributes,
            ["networkData"] = JsonSerializer.SerializeToNode(NetworkOf(device), ApiJson.Default.NetworkDeviceData),
        };
    }
}
