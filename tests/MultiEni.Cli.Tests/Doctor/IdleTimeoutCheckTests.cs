using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Doctor;

namespace MultiEni.Cli.Tests.Doctor;

public sealed class IdleTimeoutCheckTests
{
    [Theory]
    [InlineData("m8i.large", true)]
    [InlineData("m8i-flex.large", true)]
    [InlineData("c8gn.48xlarge", true)]
    [InlineData("r8gb.metal-24xl", true)]
    [InlineData("x8aedz.24xlarge", true)]
    [InlineData("hpc8a.96xlarge", true)]
    [InlineData("p6-b200.48xlarge", true)]
    [InlineData("m8g.large", false)]
    [InlineData("c8gd.16xlarge", false)]
    [InlineData("m7i.large", false)]
    [InlineData("c6in.32xlarge", false)]
    [InlineData("p6e-gb200.36xlarge", false)]
    [InlineData("x8g.large", false)]
    public void Types_of_which_EC2_forgets_connections_sooner_are_known(string type, bool isOne) =>
        Assert.Equal(isOne, IdleTimeoutCheck.IsNitroV6(type));

    [Theory]
    [InlineData("m8i.large", null, true)]
    [InlineData("m8i.large", 86_400, false)]
    [InlineData("m7i.large", null, false)]
    public void A_NodeENI_whose_ENIs_have_the_short_default_is_named_once(string type, int? timeout, bool found)
    {
        var snapshot = EmptySnapshot.Create() with
        {
            Nodes = new([Node("a", type), Node("b", type)], null),
            Attachments = new([Attachment("a", timeout), Attachment("b", timeout)], null),
        };

        var findings = IdleTimeoutCheck.Run(snapshot).ToList();

        Assert.Equal(found ? 1 : 0, findings.Count);
        Assert.All(
            findings,
            finding =>
            {
                Assert.Equal((Severity.Info, "nodeeni packets"), (finding.Severity, finding.Object));
                Assert.Contains(type, finding.Seen, StringComparison.Ordinal);
                Assert.Contains("spec.connectionTracking.tcpEstablishedTimeout", finding.Remedies[0], StringComparison.Ordinal);
            }
        );
    }

    private static Node Node(string name, string type) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Labels = new Dictionary<string, string> { ["node.kubernetes.io/instance-type"] = type },
            },
        };

    private static EniAttachment Attachment(string node, int? timeout) =>
        new()
        {
            Spec = new()
            {
                NodeName = node,
                NodeEniRef = new() { Name = "packets" },
                ConnectionTracking = timeout is null ? null : new ConnectionTrackingSpec { TcpEstablishedTimeout = timeout },
            },
        };
}
