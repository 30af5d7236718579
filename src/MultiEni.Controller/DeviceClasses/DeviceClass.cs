using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.DeviceClasses;

/// <summary>A class of devices that pods claim, of resource.k8s.io.</summary>
internal sealed record DeviceClass : IKubernetesObject
{
    internal static readonly ResourceKind<DeviceClass> ResourceKind = new(
        "resource.k8s.io",
        "v1",
        "deviceclasses",
        "DeviceClass",
        Namespaced: false,
        DeviceClassJson.Default.DeviceClass,
        DeviceClassJson.Default.KubernetesListDeviceClass
    );

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which devices it has.</summary>
    public DeviceClassSpec? Spec { get; set; }
}

/// <summary>Which devices a class has.</summary>
internal sealed record DeviceClassSpec
{
    /// <summary>All of them must match.</summary>
    public List<DeviceSelector> Selectors { get; set; } = [];

    /// <summary>
    /// The resource by which pods get a device of the class without a claim; from Kubernetes 1.36
    /// on.
    /// </summary>
    public string? ExtendedResourceName { get; set; }
}

/// <summary>A condition on a device.</summary>
internal sealed record DeviceSelector
{
    /// <summary>The condition.</summary>
    public CelSelector? Cel { get; set; }
}

/// <summary>A condition as an expression.</summary>
internal sealed record CelSelector
{
    /// <summary>The expression, of which the device is the variable <c>device</c>.</summary>
    public string? Expression { get; set; }
}

/// <summary>JSON of device classes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(DeviceClass))]
[JsonSerializable(typeof(KubernetesList<DeviceClass>))]
internal sealed partial class DeviceClassJson : JsonSerializerContext;
