using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Plans;
using static MultiEni.Cli.Tests.Plans.PlanSamples;

namespace MultiEni.Cli.Tests.Plans;

/// <summary>Whom a plan takes something away from.</summary>
public sealed class AffectedPodsTests
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";

    [Theory]
    [InlineData(EniChangeKind.Remove, null, "default/addressed default/claiming default/requesting")]
    [InlineData(EniChangeKind.Replace, "vfio-pci", "default/addressed default/claiming default/requesting")]
    [InlineData(EniChangeKind.Change, "vfio-pci", "")]
    [InlineData(EniChangeKind.Change, "uio_pci_generic", "default/claiming default/requesting")]
    internal void Those_that_lose_a_device_or_an_address_are_named(EniChangeKind kind, string? driver, string pods)
    {
        var users = new EniUsers([Pod("requesting", "node-00"), Pod("elsewhere", "node-01"), Pod("over", "node-00", "Succeeded")], [Claim()]);
        var change = new EniChange(kind, Attachment("vfio-pci"), driver is null ? null : Attachment(driver));
        Assert.Equal(pods, string.Join(' ', AffectedPods.Of([change], users)));
    }

    private static EniAttachment Attachment(string driver)
    {
        var attachment = Fleet(nodes: 1).After([NodeEni()]).Attachments.Single();
        return attachment with
        {
            Spec = attachment.Spec! with
            {
                Device = new DeviceSpec
                {
                    Use = DeviceUses.Bound,
                    Driver = driver,
                    ResourceName = Resource,
                },
            },
            Status = new EniAttachmentStatus
            {
                Network = new NetworkStatus { EniId = "eni-0a" },
                Device = new DeviceStatus
                {
                    Addresses = new AddressUse { Used = [new UsedAddress { Address = "10.0.0.5", Pod = "default/addressed" }] },
                },
            },
        };
    }

    private static ClusterPod Pod(string name, string node, string phase = "Running") =>
        new()
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new() { NodeName = node, Containers = [new() { Resources = new() { Requests = new() { [Resource] = "1" } } }] },
            Status = new() { Phase = phase },
        };

    private static ResourceClaim Claim() =>
        new()
        {
            Metadata = new() { Name = "net", Namespace = "default" },
            Status = new()
            {
                Allocation = new()
                {
                    Devices = new()
                    {
                        Results =
                        [
                            new()
                            {
                                Driver = ClaimNames.Driver,
                                Pool = "node-00",
                                Device = "eni-0a",
                                Request = "eni",
                            },
                        ],
                    },
                },
                ReservedFor = [new("pods", "claiming", "1")],
            },
        };
}
