using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class NodeIdentityTests
{
    // The forms of cloud-provider-aws, and those of which it says that they are none.
    [Theory]
    [InlineData("aws:///us-1a/i-0abc", null, "i-0abc us-1a")]
    [InlineData("aws:///us-1a/i-0abc", "us-1b", "i-0abc us-1b")]
    [InlineData("aws:///i-0abc", "us-1b", "i-0abc us-1b")]
    [InlineData("aws:////i-0abc", "us-1b", "i-0abc us-1b")]
    [InlineData("aws://us-1a/i-0abc", "us-1b", "i-0abc us-1b")]
    [InlineData("i-0abc", "us-1b", "i-0abc us-1b")]
    [InlineData("i-0abc", null, "without zone")]
    [InlineData("aws:///i-0abc", null, "without zone")]
    [InlineData(null, "us-1b", "unknown")]
    [InlineData("", "us-1b", "unknown")]
    [InlineData("k3s://ip-10-0-0-1", "us-1b", "not EC2")]
    [InlineData("aws:///us-1a/8c1f9b/fargate-ip-10-0-0-1.ec2.internal", "us-1b", "not EC2")]
    [InlineData("eks-hybrid:///eu-1/cluster/mi-0abc", "us-1b", "not EC2")]
    [InlineData("aws:///us-1a/mi-0abc", "us-1b", "not EC2")]
    [InlineData("aws://i-0abc", "us-1b", "not EC2")]
    [InlineData("aws://", "us-1b", "not EC2")]
    [InlineData("gce://project/us-1a/i-0abc", "us-1b", "not EC2")]
    public void A_provider_ID_is_read_as_the_cloud_provider_reads_it(string? providerId, string? zone, string identity)
    {
        var node = new Node
        {
            Metadata = new() { Name = "n", Labels = zone is null ? null : new() { [NodeIdentity.ZoneLabel] = zone } },
            Spec = new() { ProviderID = providerId },
        };

        Assert.Equal(
            identity,
            NodeIdentity.Of(node) switch
            {
                NodeIdentity.Ec2 ec2 => $"{ec2.InstanceId} {ec2.Zone}",
                NodeIdentity.WithoutZone => "without zone",
                NodeIdentity.Unknown => "unknown",
                _ => "not EC2",
            }
        );
    }
}
