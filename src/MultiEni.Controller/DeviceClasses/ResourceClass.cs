using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;
using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.DeviceClasses;

/// <summary>
/// The device class of one resource, with which a pod that requests the resource gets a device of
/// the DRA driver: its manifest is the same as with a device plugin.
/// </summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Resource">The resource, <c>prefix/name</c>.</param>
internal sealed record ResourceClass(string Name, string Resource)
{
    private const string Prefix = "eni-";

    /// <summary>
    /// Which devices it has. To read an attribute that one device has not is an error, which fails
    /// the allocation of every pod that a scheduler tries the device for.
    /// </summary>
    public string Expression
    {
        get =>
            field
            ?? $"device.driver == '{ClaimNames.Driver}' && 'resourceName' in device.attributes['k8s.cni.cncf.io']"
                + $" && device.attributes['k8s.cni.cncf.io'].resourceName == '{Resource}'";
        init;
    }

    /// <summary>
    /// A NodeENI that asks for the resource, which is told what is wrong; no part of what the class
    /// is.
    /// </summary>
    public string OfferedBy { get; init; } = "";

    /// <inheritdoc />
    public bool Equals(ResourceClass? other) => other is not null && (Name, Resource, Expression) == (other.Name, other.Resource, other.Expression);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Resource);

    /// <summary>
    /// The classes that there should be, by name: one for each resource that a NodeENI asks for and
    /// a node offers.
    /// </summary>
    public static IReadOnlyList<ResourceClass> Of(IEnumerable<EniAttachment> attachments)
    {
        // Two resources that come to one name differ in capitals or underscores alone; the first
        // keeps it.
        return
        [
            .. attachments
                .Select(attachment => (Offered: OfferedResource.Of(attachment), By: attachment.Spec?.NodeEniRef.Name ?? ""))
                .Where(device => device.Offered is { IsDesired: true })
                .Select(device => new ResourceClass(Prefix + device.Offered!.Value.ObjectName, device.Offered.Value.Name) { OfferedBy = device.By })
                .OrderBy(found => found.Resource, StringComparer.Ordinal)
                .ThenBy(found => found.OfferedBy, StringComparer.Ordinal)
                .Where(found => OfferedResource.IsObjectName(found.Name))
                .DistinctBy(found => found.Name, StringComparer.Ordinal)
                .OrderBy(found => found.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>How the controller keeps them.</summary>
    public static GeneratedKind<ResourceClass, DeviceClass> Kind { get; } =
        new(
            "device-classes",
            DeviceClass.ResourceKind,
            Namespace: null,
            (_, attachments, _) => Of(attachments),
            desired => desired.ToDeviceClass(),
            FromDeviceClass,
            nodeEni => nodeEni is { Metadata.IsBeingDeleted: false, Spec: { } spec } && DeviceSpec.From(spec).Use != DeviceUses.Plain,
            "the DRA driver needs Kubernetes 1.34 or later, which serves resource.k8s.io/v1; choose another eniManager.devicePublisher",
            desired => desired.OfferedBy,
            "pods that request the resource may get no device, or another one; delete the DeviceClass, which is made anew"
        );

    // An API server that does not know the extended resource yet drops it, and is asked again at
    // each look: there are few classes.
    private static ResourceClass FromDeviceClass(DeviceClass stored) =>
        new(stored.Metadata.Name, stored.Spec?.ExtendedResourceName ?? "")
        {
            Expression = stored.Spec?.Selectors is [{ Cel.Expression: { } expression }] ? expression : "",
        };

    /// <summary>What is applied.</summary>
    private DeviceClass ToDeviceClass() =>
        new()
        {
            Metadata = new() { Name = Name },
            Spec = new DeviceClassSpec
            {
                ExtendedResourceName = Resource,
                Selectors = [new DeviceSelector { Cel = new CelSelector { Expression = Expression } }],
            },
        };
}
