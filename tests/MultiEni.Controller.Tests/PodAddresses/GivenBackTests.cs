using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class GivenBackTests
{
    private static readonly EniRow Row = A.Row() with
    {
        PrivateIps = ["10.0.0.9", "10.0.0.50", "10.0.0.51", "10.0.0.52"],
        Prefixes = ["10.0.0.128/28", "fd00:1::/80"],
        Ipv6Addresses = ["fd00::9", "fd00::50"],
        PrimaryIpv6 = "fd00::9",
    };

    [Fact]
    public void What_was_assigned_for_pods_goes_one_family_after_the_other_and_what_others_assigned_stays()
    {
        Assert.Equal(["10.0.0.52", "10.0.0.50", "10.0.0.128/28"], Of("10.0.0.50", "10.0.0.52", "10.0.0.128/28", "fd00::50"));
        Assert.Equal(["fd00::50", "fd00:1::/80"], Of("fd00::9", "fd00::50", "fd00:1::/80", "10.0.0.60"));
        Assert.Empty(Of());
    }

    [Fact]
    public void What_the_specification_counts_stays() =>
        Assert.Equal(
            ["10.0.0.52"],
            GivenBack.Of(
                A.Attachment(spec: spec => (spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount, spec.Ipv6AddressCount) = (2, 1, 2)).Spec!,
                Network("10.0.0.50", "10.0.0.51", "10.0.0.52", "10.0.0.128/28", "fd00::50"),
                Row
            )
        );

    [Fact]
    public void The_record_of_another_ENI_says_nothing() =>
        Assert.Empty(GivenBack.Of(A.Attachment().Spec!, Network("10.0.0.50") with { EniId = "eni-9" }, Row));

    private static IReadOnlyList<string> Of(params string[] recorded) => GivenBack.Of(A.Attachment().Spec!, Network(recorded), Row);

    private static NetworkStatus Network(params string[] recorded) => new() { EniId = Row.EniId, AssignedForPods = [.. recorded] };
}
