using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>
/// The messages of the device plugin API, by the field numbers of its version v1beta1.
/// </summary>
internal static class DevicePluginMessages
{
    internal const string Healthy = "Healthy";
    internal const string Unhealthy = "Unhealthy";

    /// <summary>A message without fields.</summary>
    internal static ReadOnlyMemory<byte> Empty => ReadOnlyMemory<byte>.Empty;

    /// <summary>RegisterRequest.</summary>
    internal static ReadOnlyMemory<byte> RegisterRequest(string endpoint, string resource)
    {
        var writer = new ProtoWriter();
        writer.Text(1, DevicePluginMethods.ApiVersion);
        writer.Text(2, endpoint);
        writer.Text(3, resource);
        writer.Message(4, WriteOptions);
        return writer.Written;
    }

    /// <summary>
    /// DevicePluginOptions: no call before a container starts, but one for the choice of devices.
    /// </summary>
    internal static ReadOnlyMemory<byte> Options()
    {
        var writer = new ProtoWriter();
        WriteOptions(writer);
        return writer.Written;
    }

    /// <summary>ListAndWatchResponse.</summary>
    internal static ReadOnlyMemory<byte> Devices(IEnumerable<AnnouncedDevice> devices)
    {
        var writer = new ProtoWriter();
        foreach (var device in devices)
        {
            writer.Message(
                1,
                item =>
                {
                    item.Text(1, device.Id);
                    item.Text(2, device.Healthy ? Healthy : Unhealthy);
                    if (device.NumaNode is { } node)
                    {
                        item.Message(3, topology => topology.Message(1, numa => numa.Number(1, node)));
                    }
                }
            );
        }

        return writer.Written;
    }

    /// <summary>AllocateRequest: the device ids of each container.</summary>
    internal static List<List<string>> ReadAllocateRequest(ReadOnlySpan<byte> message)
    {
        var containers = new List<List<string>>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                containers.Add(ReadTexts(reader.Bytes(), 1));
            }
            else
            {
                reader.Skip();
            }
        }

        return containers;
    }

    /// <summary>AllocateResponse.</summary>
    internal static ReadOnlyMemory<byte> AllocateResponse(IEnumerable<ContainerGrant> containers)
    {
        var writer = new ProtoWriter();
        foreach (var grant in containers)
        {
            writer.Message(
                1,
                container =>
                {
                    container.Map(1, grant.Environment);
                    foreach (var mount in grant.Mounts)
                    {
                        container.Message(
                            2,
                            folder =>
                            {
                                folder.Text(1, mount.ContainerPath);
                                folder.Text(2, mount.HostPath);
                                folder.Flag(3, true);
                            }
                        );
                    }

                    foreach (var node in grant.Nodes)
                    {
                        container.Message(
                            3,
                            device =>
                            {
                                device.Text(1, node.ContainerPath);
                                device.Text(2, node.HostPath);
                                device.Text(3, DeviceNode.Permissions);
                            }
                        );
                    }
                }
            );
        }

        return writer.Written;
    }

    /// <summary>PreferredAllocationRequest: one for each container.</summary>
    internal static List<PreferenceRequest> ReadPreferences(ReadOnlySpan<byte> message)
    {
        var containers = new List<PreferenceRequest>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                containers.Add(ReadPreference(reader.Bytes()));
            }
            else
            {
                reader.Skip();
            }
        }

        return containers;
    }

    /// <summary>PreferredAllocationResponse.</summary>
    internal static ReadOnlyMemory<byte> PreferenceResponse(IEnumerable<IReadOnlyList<string>> containers)
    {
        var writer = new ProtoWriter();
        foreach (var ids in containers)
        {
            writer.Message(
                1,
                container =>
                {
                    foreach (var id in ids)
                    {
                        container.Item(1, id);
                    }
                }
            );
        }

        return writer.Written;
    }

    private static void WriteOptions(ProtoWriter writer) => writer.Flag(2, true);

    private static PreferenceRequest ReadPreference(ReadOnlySpan<byte> message)
    {
        var (available, required, count) = (new List<string>(), new List<string>(), 0);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    available.Add(reader.Text());
                    break;
                case 2:
                    required.Add(reader.Text());
                    break;
                case 3:
                    count = (int)Math.Clamp(reader.Number(), 0, int.MaxValue);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new PreferenceRequest(available, required, count);
    }

    private static List<string> ReadTexts(ReadOnlySpan<byte> message, int field)
    {
        var texts = new List<string>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                texts.Add(reader.Text());
            }
            else
            {
                reader.Skip();
            }
        }

        return texts;
    }
}

/// <summary>Names of the kubelet's device plugin API, version v1beta1.</summary>
internal static class DevicePluginMethods
{
    internal const string ApiVersion = "v1beta1";
    internal const string Register = "v1beta1.Registration/Register";
    internal const string GetOptions = "v1beta1.DevicePlugin/GetDevicePluginOptions";
    internal const string ListAndWatch = "v1beta1.DevicePlugin/ListAndWatch";
    internal const string GetPreferredAllocation = "v1beta1.DevicePlugin/GetPreferredAllocation";
    internal const string Allocate = "v1beta1.DevicePlugin/Allocate";
    internal const string PreStartContainer = "v1beta1.DevicePlugin/PreStartContainer";
}

/// <summary>What a container gets with its devices.</summary>
/// <param name="Environment">Environment variables.</param>
/// <param name="Nodes">Device nodes.</param>
internal sealed record ContainerGrant(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<DeviceNode> Nodes)
{
    /// <summary>Folders of the node, read-only in the container.</summary>
    public IReadOnlyList<FolderMount> Mounts { get; init; } = [];
}

/// <summary>A folder of the node for a container.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
internal sealed record FolderMount(string HostPath, string ContainerPath);

/// <summary>A device as the kubelet is told of it.</summary>
/// <param name="Id">Its PCI address, under which Multus finds it.</param>
/// <param name="Healthy">Whether pods may get it.</param>
/// <param name="NumaNode">The NUMA node that it is near to, or null.</param>
internal sealed record AnnouncedDevice(string Id, bool Healthy, int? NumaNode);

/// <summary>The kubelet asks which devices suit a container best.</summary>
/// <param name="Available">Ids of devices that are free.</param>
/// <param name="Required">Ids of devices that must be among them.</param>
/// <param name="Count">How many are wanted.</param>
internal sealed record PreferenceRequest(IReadOnlyList<string> Available, IReadOnlyList<string> Required, int Count);

/// <summary>A device node for a container.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
internal sealed record DeviceNode(string HostPath, string ContainerPath)
{
    /// <summary>What the container may do with it.</summary>
    public const string Permissions = "rw";
}
