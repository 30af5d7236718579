using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Controller.DeviceClasses;

namespace MultiEni.Cli.Cluster;

/// <summary>A ResourceClaim, with what it requests and what it got.</summary>
internal sealed record ClusterClaim : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What it requests.</summary>
    public ClaimSpec Spec { get; set; } = new();

    /// <summary>What it got; null before a scheduler has allocated it.</summary>
    public ResourceClaimStatus? Status { get; set; }

    /// <summary>Its requests, with the alternatives of each in their place.</summary>
    public IEnumerable<DeviceRequest> Requests =>
        (Spec.Devices.Requests ?? []).SelectMany(request => request.FirstAvailable ?? (request.Exactly is { } exactly ? [exactly] : []));

    /// <summary>The driver's devices that were allocated to it.</summary>
    public IEnumerable<AllocatedDevice> Devices => (Status?.Allocation?.Devices.Results ?? []).Where(result => result.Driver == ClaimNames.Driver);

    /// <summary>Names of the pods for which it is reserved.</summary>
    public IEnumerable<string> Pods => (Status?.ReservedFor ?? []).Where(consumer => consumer.Resource == "pods").Select(consumer => consumer.Name);

    /// <summary>Whether the driver has reported all of its devices as prepared.</summary>
    public bool IsReported =>
        Devices.All(device => Status?.Devices?.Exists(report => report.Driver == ClaimNames.Driver && report.Device == device.Device) == true);

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Metadata.Namespace}/{Metadata.Name}";

    /// <summary>What a claim requests.</summary>
    internal sealed record ClaimSpec
    {
        /// <summary>Devices.</summary>
        public RequestedDevices Devices { get; set; } = new();
    }

    /// <summary>Requested devices.</summary>
    internal sealed record RequestedDevices
    {
        /// <summary>One for each set of devices.</summary>
        public List<ClaimRequest>? Requests { get; set; }
    }

    /// <summary>A request: exactly one of the fields is set.</summary>
    internal sealed record ClaimRequest
    {
        /// <summary>The only alternative.</summary>
        public DeviceRequest? Exactly { get; set; }

        /// <summary>Alternatives, the preferred first.</summary>
        public List<DeviceRequest>? FirstAvailable { get; set; }
    }
}

/// <summary>Which devices a request takes.</summary>
internal sealed record DeviceRequest
{
    /// <summary>Their class.</summary>
    public string DeviceClassName { get; set; } = "";

    /// <summary>Conditions beside those of the class.</summary>
    public List<DeviceSelector>? Selectors { get; set; }

    /// <summary>How many; null for one.</summary>
    public long? Count { get; set; }

    /// <summary>Whether devices that others have are accepted.</summary>
    public bool? AdminAccess { get; set; }

    /// <summary>Taints of devices that are accepted. Their rules are not read.</summary>
    public List<JsonObject>? Tolerations { get; set; }
}
