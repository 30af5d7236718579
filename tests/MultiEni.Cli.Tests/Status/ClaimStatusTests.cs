using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Output;
using MultiEni.Cli.Status;

namespace MultiEni.Cli.Tests.Status;

public sealed class ClaimStatusTests
{
    [Fact]
    public void An_ENI_shows_the_claim_and_the_pods_that_have_it()
    {
        var report = StatusReader.WithClaims(
            Report(),
            [Claim("app-net", "node-1", "eni-1", "app-0", "app-1"), Claim("other", "node-2", "eni-1", "x")]
        );

        using var output = new StringWriter();
        new StatusText(output, new Paint(enabled: false), all: true, wide: false).Write(report);

        Assert.Contains("claim default/app-net of pod app-0, app-1", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("other", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu.example.com", null)]
    [InlineData(ClaimNames.Driver, true)]
    public void A_device_of_another_driver_and_an_administrators_look_do_not_count(string driver, bool? adminAccess)
    {
        var claim = Claim("app-net", "node-1", "eni-1", "app");
        var result = claim.Status!.Allocation!.Devices.Results![0];
        claim.Status.Allocation.Devices.Results[0] = result with { Driver = driver, AdminAccess = adminAccess };

        Assert.Null(StatusReader.WithClaims(Report(), [claim]).NodeEnis[0].Nodes[0].Enis[0].Claim);
    }

    private static StatusReport Report() =>
        StatusReader.Read(
            [new NodeEni { Metadata = new() { Name = "data" } }],
            [
                new EniAttachment
                {
                    Metadata = new() { Name = "a" },
                    Spec = new()
                    {
                        NodeEniRef = new() { Name = "data" },
                        NodeName = "node-1",
                    },
                    Status = new() { Network = new() { EniId = "eni-1" } },
                },
            ],
            DateTimeOffset.UnixEpoch
        );

    private static ResourceClaim Claim(string name, string node, string device, params string[] pods) =>
        new()
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Status = new()
            {
                ReservedFor = [.. pods.Select(pod => new ClaimConsumer("pods", pod, pod))],
                Allocation = new()
                {
                    Devices = new()
                    {
                        Results =
                        [
                            new AllocatedDevice
                            {
                                Driver = ClaimNames.Driver,
                                Pool = node,
                                Device = device,
                            },
                        ],
                    },
                },
            },
        };
}
