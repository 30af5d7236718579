using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Output;
using MultiEni.Cli.Status;

namespace MultiEni.Cli.Tests.Status;

public sealed class AddressStatusTests
{
    [Fact]
    public void An_ENI_shows_how_many_addresses_pods_have_and_wide_which_pod_has_which()
    {
        var text = Text(wide: true);
        Assert.Contains("1 pod addresses, 2 free, 3 kept for names, 1 pods wait", text, StringComparison.Ordinal);
        Assert.Contains("10.0.1.11  default/app  net1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("default/app", Text(wide: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_address_shows_why_its_pod_waits()
    {
        var text = Text(wide: false);
        Assert.Contains("10.0.1.98 is being assigned for pod default/b", text, StringComparison.Ordinal);
        Assert.Contains("10.0.1.99 is not assigned for pod default/c (AddressInUse): another pod has it", text, StringComparison.Ordinal);
    }

    private static string Text(bool wide)
    {
        var report = StatusReader.Read([new NodeEni { Metadata = new() { Name = "data" } }], [Attachment()], DateTimeOffset.UnixEpoch);
        using var output = new StringWriter();
        new StatusText(output, new Paint(enabled: false), all: true, wide).Write(report);
        return output.ToString();
    }

    private static EniAttachment Attachment() =>
        new()
        {
            Metadata = new() { Name = "a" },
            Spec = new()
            {
                NodeEniRef = new() { Name = "data" },
                NodeName = "node-1",
            },
            Status = new()
            {
                Network = new()
                {
                    EniId = "eni-1",
                    RefusedAddresses =
                    [
                        new RefusedAddress
                        {
                            Address = "10.0.1.99",
                            Reason = "AddressInUse",
                            Message = "another pod has it",
                        },
                    ],
                },
                Device = new()
                {
                    Addresses = new AddressUse
                    {
                        Free = 2,
                        FreeFixed = 3,
                        Waiting = 1,
                        Used =
                        [
                            new UsedAddress
                            {
                                Address = "10.0.1.11",
                                Pod = "default/app",
                                Interface = "net1",
                            },
                        ],
                        Requested =
                        [
                            new RequestedAddress { Address = "10.0.1.98", Pod = "default/b" },
                            new RequestedAddress { Address = "10.0.1.99", Pod = "default/c" },
                        ],
                    },
                },
            },
        };
}
