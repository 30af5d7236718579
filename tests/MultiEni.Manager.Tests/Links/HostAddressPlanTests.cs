using System.Collections.Frozen;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Links;

namespace MultiEni.Manager.Tests.Links;

/// <summary>Which addresses of an ENI the host has, and which its pods.</summary>
public sealed class HostAddressPlanTests
{
    [Theory]
    [InlineData(HostAddressings.None, false, "", "")]
    [InlineData(HostAddressings.Managed, false, "", "10.0.1.10 10.0.1.11 10.0.1.12 2001:db8::5 2001:db8::6")]
    [InlineData(HostAddressings.Managed, true, "", "10.0.1.10 2001:db8::5")]
    [InlineData(HostAddressings.Managed, false, "10.0.1.11", "10.0.1.10 10.0.1.12 2001:db8::5 2001:db8::6")]
    [InlineData(HostAddressings.Managed, false, "2001:db8::5", "10.0.1.10 10.0.1.11 10.0.1.12 2001:db8::6")]
    [InlineData(HostAddressings.Managed, true, "2001:db8::5 10.0.1.12", "10.0.1.10")]
    public void The_host_has_what_no_pod_has(string mode, bool pods, string held, string expected) =>
        Assert.Equal(Split(expected), HostAddressPlan.Of(Eni(mode, pods), Split(held).ToFrozenSet(StringComparer.Ordinal), [])?.Addresses ?? []);

    [Theory]
    [InlineData("", "10.0.1.10")]
    [InlineData("10.0.1.10 10.0.1.12 2001:db8::5", "10.0.1.10 10.0.1.12 2001:db8::5")]
    [InlineData("10.0.1.12 10.0.1.99", "10.0.1.10 10.0.1.12")]
    public void While_nobody_knows_what_pods_have_the_host_keeps_what_it_has(string present, string expected) =>
        Assert.Equal(Split(expected), HostAddressPlan.Of(Eni(HostAddressings.Managed, pods: false), null, Split(present))!.Addresses);

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static EniAttachment Eni(string mode, bool pods) =>
        A.Attachment("a", DeviceUses.Plain) with
        {
            Spec = new EniAttachmentSpec
            {
                NodeName = "node-1",
                NodeEniRef = new() { Name = "data", Uid = "uid-data" },
                HostAddressing = mode,
                PodAddresses = pods ? new PodAddressesSpec { Warm = 1 } : null,
            },
            Status = new EniAttachmentStatus
            {
                Network = new NetworkStatus
                {
                    EniId = "eni-a",
                    PrivateIps = ["10.0.1.10", "10.0.1.11", "10.0.1.12"],
                    Ipv6Addresses = ["2001:db8::5", "2001:db8::6"],
                    SubnetCidr = "10.0.1.0/24",
                },
            },
        };
}
