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
                .Select(OfferedResource.Of)
                .OfType<OfferedResource>()
                .Where(resource => resource.IsDesired)
                .OrderBy(resource => resource.Name, StringComparer.Ordinal)
                .Select(resource => new ResourceClass(Prefix + resource.ObjectName, resource.Name))
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
            stored => new ResourceClass(stored.Metadata.Name, stored.Spec?.ExtendedResourceName ?? ""),
            nodeEni => nodeEni is { Metadata.IsBeingDeleted: false, Spec.EnableDpdk: true },
            "the DRA driver needs Kubernetes 1.34 or later, which serves resource.k8s.io/v1; choose another eniManager.devicePublisher"
        );

    /// <summary>
    /// What is applied. To read an attribute that one device has not is an error, which fails the
    /// allocation of every pod that a scheduler tries the device for.
    /// </summary>
    private DeviceClass ToDeviceClass() =>
        new()
        {
            Metadata = new() { Name = Name },
            Spec = new DeviceClassSpec
            {
                ExtendedResourceName = Resource,
                Selectors =
                [
                    new DeviceSelector
                    {
                        Cel = new CelSelector
                        {
                            Expression =
                                $"device.driver == '{ClaimNames.Driver}' && 'resourceName' in device.attributes['k8s.cni.cncf.io']"
                                + $" && device.attributes['k8s.cni.cncf.io'].resourceName == '{Resource}'",
                        },
                    },
                ],
            },
        };
}
