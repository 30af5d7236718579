using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.PodResources;

/// <summary>
/// The messages of the kubelet's pod resources API, by the field numbers of its version v1; only
/// what is used.
/// </summary>
internal static class PodResourcesMessages
{
    internal const string List = "v1.PodResourcesLister/List";

    /// <summary>ListPodResourcesResponse.</summary>
    internal static List<HeldDevice> ReadList(ReadOnlySpan<byte> message)
    {
        var held = new List<HeldDevice>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                ReadPod(reader.Bytes(), held);
            }
            else
            {
                reader.Skip();
            }
        }

        return held;
    }

    // The name may stand behind the containers, so they are read in a second pass.
    private static void ReadPod(ReadOnlySpan<byte> message, List<HeldDevice> held)
    {
        var (name, space) = ("", "");
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2:
                    space = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 3)
            {
                ReadContainer(reader.Bytes(), space, name, held);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadContainer(ReadOnlySpan<byte> message, string space, string pod, List<HeldDevice> held)
    {
        var container = "";
        var first = held.Count;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    container = reader.Text();
                    break;
                case 2:
                    ReadDevices(reader.Bytes(), space, pod, held);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        for (var i = first; i < held.Count; i++)
        {
            held[i] = held[i] with { Container = container };
        }
    }

    private static void ReadDevices(ReadOnlySpan<byte> message, string space, string pod, List<HeldDevice> held)
    {
        var resource = "";
        var ids = new List<string>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    resource = reader.Text();
                    break;
                case 2:
                    ids.Add(reader.Text());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        held.AddRange(ids.Select(id => new HeldDevice(space, pod, "", resource, id)));
    }
}

/// <summary>A device that a container has, as the kubelet tells it.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="Resource">The resource under which it was requested.</param>
/// <param name="DeviceId">
/// The device; PCI address with ours and with the SR-IOV device plugin.
/// </param>
internal sealed record HeldDevice(string Namespace, string Pod, string Container, string Resource, string DeviceId);

/// <summary>
/// Asks the kubelet which pods have which devices. It alone knows: a pod's request does not say
/// which of several devices it got.
/// </summary>
internal sealed class PodResourcesClient(GrpcClient kubelet)
{
    /// <summary>All devices of the node's pods.</summary>
    /// <exception cref="GrpcException">The kubelet does not answer.</exception>
    /// <exception cref="ProtoException">Its answer cannot be read.</exception>
    public async Task<IReadOnlyList<HeldDevice>> ListAsync(CancellationToken cancellationToken) =>
        PodResourcesMessages.ReadList(await kubelet.CallAsync(PodResourcesMessages.List, ReadOnlyMemory<byte>.Empty, cancellationToken));
}
