using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.VirtualMachine;

/// <summary>
/// A Kubernetes API in which the virtual machine is the only node. It runs on this machine, which
/// the virtual one reaches at 10.0.2.2. What the controller would write, the caller writes:
/// attachments as they are when EC2 has attached the ENI.
/// </summary>
public sealed class GuestCluster : IAsyncDisposable
{
    /// <summary>The node's name.</summary>
    public const string NodeName = "testvm";

    private const string HostSeenFromGuest = "10.0.2.2";
    private const string Attachments = $"{Names.EniAttachmentPlural}.{Names.Group}";

    private GuestCluster(KubernetesSimulator kubernetes) => Kubernetes = kubernetes;

    /// <summary>The API server.</summary>
    public KubernetesSimulator Kubernetes { get; }

    /// <summary>Starts the API server and registers the node.</summary>
    public static async Task<GuestCluster> StartAsync(CancellationToken cancellationToken)
    {
        var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), cancellationToken);
        kubernetes.Store.Create(
            "nodes",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = NodeName },
                ["status"] = new JsonObject
                {
                    ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "10.0.2.15" }),
                    ["allocatable"] = new JsonObject { ["cpu"] = "2" },
                },
            },
            taintNode: false
        );
        return new GuestCluster(kubernetes);
    }

    /// <summary>Writes the kubeconfig for programs in the machine.</summary>
    public void WriteKubeconfig(string path)
    {
        Kubernetes.WriteKubeconfig(path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("127.0.0.1", HostSeenFromGuest, StringComparison.Ordinal));
    }

    /// <summary>
    /// Writes an attachment as the controller leaves it when EC2 has attached the ENI.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="mac">The ENI's hardware address.</param>
    /// <param name="device">What the node is to do with it.</param>
    /// <param name="mtu">The MTU; 0 leaves the kernel's.</param>
    /// <param name="deviceIndex">The device index in EC2.</param>
    /// <param name="addresses">The ENI's private addresses in EC2.</param>
    public void Attach(string name, string mac, DeviceSpec device, int mtu = 0, int deviceIndex = 1, params string[] addresses)
    {
        var attachment = new EniAttachment
        {
            ApiVersion = Names.ApiVersion,
            Kind = Names.EniAttachmentKind,
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new() { [Names.NodeLabel] = NodeName, [Names.NodeEniLabel] = "vm" },
                Finalizers = [Names.EniFinalizer],
            },
            Spec = new EniAttachmentSpec
            {
                NodeEniRef = new() { Name = "vm", Uid = "vm" },
                NodeName = NodeName,
                InstanceId = "i-00000000000000001",
                Slot = $"subnet-{name}",
                SubnetId = $"subnet-{name}",
                SecurityGroupIds = ["sg-1"],
                DeviceIndex = deviceIndex,
                Mtu = mtu,
                Device = device,
            },
        };
        Kubernetes.Store.Create(Attachments, Json(attachment));
        var network = new NetworkStatus
        {
            State = EniState.Attached,
            EniId = $"eni-{name}",
            AttachmentId = $"eni-attach-{name}",
            MacAddress = mac,
            DeviceIndex = deviceIndex,
            NetworkCardIndex = 0,
            PrivateIps = [.. addresses],
        };
        var status = Json(new EniAttachment { Status = new EniAttachmentStatus { Network = network } })["status"]!.DeepClone();
        Kubernetes.Store.MergePatch(Attachments, name, new JsonObject { ["status"] = status }, WriteOptions.Status);
    }

    /// <summary>Writes which addresses the ENI of an attachment has, as the controller does.</summary>
    /// <param name="name">The attachment.</param>
    /// <param name="subnet">IPv4 range of its subnet.</param>
    /// <param name="addresses">The addresses, the primary first.</param>
    public void ShowAddresses(string name, string subnet, IEnumerable<string> addresses)
    {
        var network = new JsonObject { ["subnetCIDR"] = subnet, ["privateIPs"] = new JsonArray([.. addresses.Select(address => (JsonNode)address)]) };
        Kubernetes.Store.MergePatch(Attachments, name, new JsonObject { ["status"] = new JsonObject { ["network"] = network } }, WriteOptions.Status);
    }

    /// <summary>Lets pods ask for addresses of an ENI by name.</summary>
    /// <param name="name">The attachment.</param>
    /// <param name="range">From which range.</param>
    public void AllowNames(string name, string range) =>
        Kubernetes.Store.MergePatch(
            Attachments,
            name,
            new JsonObject { ["spec"] = new JsonObject { ["podAddresses"] = new JsonObject { ["fixedCIDRs"] = new JsonArray(range) } } }
        );

    /// <summary>Asks for an ENI's addresses on the host's link.</summary>
    /// <param name="name">The attachment.</param>
    /// <param name="subnet">IPv4 range of its subnet.</param>
    public void ManageAddresses(string name, string subnet)
    {
        var status = new JsonObject { ["network"] = new JsonObject { ["subnetCIDR"] = subnet } };
        Kubernetes.Store.MergePatch(Attachments, name, new JsonObject { ["status"] = status }, WriteOptions.Status);
        Kubernetes.Store.MergePatch(Attachments, name, new JsonObject { ["spec"] = new JsonObject { ["hostAddressing"] = HostAddressings.Managed } });
    }

    /// <summary>The attachment, or null.</summary>
    public EniAttachment? Find(string name) =>
        Kubernetes.Store.Find(Attachments, name) is { } found ? found.Deserialize(ApiJson.Default.EniAttachment) : null;

    /// <summary>Begins the end of an attachment; the agent answers.</summary>
    public void Delete(string name) => Kubernetes.Store.Delete(Attachments, name);

    /// <summary>
    /// The controller's last act: the ENI is gone from EC2 and the attachment with it.
    /// </summary>
    public void Forget(string name) =>
        Kubernetes.Store.Change(
            Attachments,
            name,
            live =>
            {
                var finalizers = live["metadata"]!["finalizers"]!.AsArray();
                finalizers.Remove(finalizers.First(entry => entry!.GetValue<string>() == Names.EniFinalizer));
            }
        );

    /// <summary>Sets what the node counts of a resource.</summary>
    public void Count(string resource, int count)
    {
        var counts = new JsonObject { [resource] = count.ToString() };
        Kubernetes.Store.MergePatch(
            "nodes",
            NodeName,
            new JsonObject
            {
                ["status"] = new JsonObject { ["allocatable"] = counts, ["capacity"] = counts.DeepClone() },
            },
            WriteOptions.Status
        );
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Kubernetes.DisposeAsync();

    private static JsonObject Json(EniAttachment attachment) => JsonSerializer.SerializeToNode(attachment, ApiJson.Default.EniAttachment)!.AsObject();
}
