namespace MultiEni.Api.ResourceClaims;

/// <summary>
/// Names by which users, schedulers and other programs meet the driver: promises.
/// </summary>
public static class ClaimNames
{
    /// <summary>
    /// The driver. The domain of its devices' attributes, and the field manager of what it writes
    /// to claims.
    /// </summary>
    public const string Driver = "eni.networking.k8s.aws";

    /// <summary>API version of what a claim or a class may say to the driver.</summary>
    public const string ConfigApiVersion = $"{Driver}/v1alpha1";

    /// <summary>Kind of what a claim or a class may say to the driver.</summary>
    public const string ConfigKind = "ENIClaimConfig";

    /// <summary>Kind of the CDI devices that give a container its device.</summary>
    public const string CdiKind = $"{Driver}/eni";

    /// <summary>
    /// Kind of the CDI devices that give a container what is known of its device (KEP-5304).
    /// </summary>
    public const string CdiMetadataKind = $"{Driver}/metadata";

    /// <summary>
    /// Annotation of a claim made from a template: the name that the pod has for it.
    /// </summary>
    public const string PodClaimName = "resource.kubernetes.io/pod-claim-name";

    /// <summary>API group of slices and claims.</summary>
    public const string Group = "resource.k8s.io";

    /// <summary>
    /// The version of the group that the driver speaks: Kubernetes has it from 1.34 on.
    /// </summary>
    public const string Version = "v1";
}

/// <summary>
/// Names of attributes of devices. Without a domain, the driver's name counts as the domain.
/// </summary>
public static class DeviceAttributes
{
    /// <summary>PCI address.</summary>
    public const string PciBusId = "resource.kubernetes.io/pciBusID";

    /// <summary>PCIe root complex, such as <c>pci0000:00</c>.</summary>
    public const string PcieRoot = "resource.kubernetes.io/pcieRoot";

    /// <summary>NUMA node, by which claims align devices with processors and others.</summary>
    public const string NumaNode = "resource.kubernetes.io/numaNode";

    /// <summary>The same for claims that align with DRANET's devices.</summary>
    public const string DranetNumaNode = "dra.net/numaNode";

    /// <summary>
    /// What Multus passes on as the device's id: its PCI address. Multus skips a device that has
    /// only one of its two attributes.
    /// </summary>
    public const string MultusDeviceId = "k8s.cni.cncf.io/deviceID";

    /// <summary>
    /// Equal to the annotation <c>k8s.v1.cni.cncf.io/resourceName</c> of the network attachment
    /// definition.
    /// </summary>
    public const string MultusResourceName = "k8s.cni.cncf.io/resourceName";

    /// <summary>
    /// The NodeENI that asked for the ENI; its hash where a name is too long for an attribute.
    /// </summary>
    public const string NodeEni = "nodeENI";

    /// <summary>ENI.</summary>
    public const string Eni = "eni";

    /// <summary>Subnet.</summary>
    public const string Subnet = "subnet";

    /// <summary>Zone of the subnet.</summary>
    public const string AvailabilityZone = "availabilityZone";

    /// <summary>Hardware address.</summary>
    public const string Mac = "mac";

    /// <summary>First private IPv4 address.</summary>
    public const string Ipv4 = "ipv4";

    /// <summary>Network card of the instance.</summary>
    public const string NetworkCard = "networkCard";

    /// <summary>Device index in EC2.</summary>
    public const string DeviceIndex = "deviceIndex";

    /// <summary>The driver that holds the device while no claim has it.</summary>
    public const string KernelDriver = "kernelDriver";

    /// <summary>
    /// How a claim gets the device that says nothing else; see <see cref="ClaimModes"/>.
    /// </summary>
    public const string Mode = "mode";

    /// <summary><c>iommu</c> or <c>noiommu</c>.</summary>
    public const string Iommu = "iommu";

    /// <summary>Maximum transmission unit in bytes.</summary>
    public const string Mtu = "mtu";

    /// <summary>
    /// True for a security group of the ENI. A group's id has a hyphen, which the name of an
    /// attribute may not have: <c>sg_0abc…</c> stands for <c>sg-0abc…</c>.
    /// </summary>
    public static string SecurityGroup(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Replace('-', '_');
    }
}
