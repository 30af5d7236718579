using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Manager.Kubelet.DevicePlugins;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// What a container gets, under the names that images written for the SR-IOV device plugin expect
/// (docs/reference/sriov-device-plugin.md#what-a-container-gets).
/// </summary>
internal static class ContainerGrants
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Puts a grant together.</summary>
    /// <param name="resource">The resource that was requested.</param>
    /// <param name="devices">The devices, in the order in which the kubelet chose them.</param>
    internal static ContainerGrant Of(ResourceName resource, IReadOnlyList<DeviceCheck.Usable> devices)
    {
        var variable = VariableOf(resource);
        var info = new JsonObject();
        foreach (var device in devices)
        {
            info[device.Address.ToString()] = InfoOf(device);
        }

        return new ContainerGrant(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [variable] = string.Join(',', devices.Select(device => device.Address.ToString())),
                [variable + "_INFO"] = info.ToJsonString(Plain),
            },
            [.. devices.SelectMany(device => device.Nodes).Distinct()]
        );
    }

    /// <summary>Name of the variable with the PCI addresses. As the SR-IOV device plugin makes it, so a hyphen stays one.</summary>
    internal static string VariableOf(ResourceName resource) => $"PCIDEVICE_{resource.Prefix}_{resource.Name}".Replace('.', '_').ToUpperInvariant();

    private static JsonObject InfoOf(DeviceCheck.Usable device)
    {
        var info = new JsonObject { ["generic"] = new JsonObject { ["deviceID"] = device.Address.ToString() } };
        switch (device.Nodes)
        {
            case [{ HostPath: DeviceNodes.VfioContainer } container, var group]:
                info["vfio"] = new JsonObject { ["dev-mount"] = group.ContainerPath, ["mount"] = container.ContainerPath };
                break;
            case [var uio]:
                info["uio"] = new JsonObject { ["mount"] = uio.ContainerPath };
                break;
        }

        return info;
    }
}
