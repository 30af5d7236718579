using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Configuration;

namespace MultiEni.Controller.Tests;

public sealed class RegionFinderTests
{
    [Fact]
    public void The_nodes_tell_the_Region() => Assert.Equal("eu-1", RegionFinder.Find([Node("eu-1"), Node("eu-1"), Node(null)]));

    [Fact]
    public void Nodes_that_are_no_instances_do_not_count() =>
        Assert.Equal("eu-1", RegionFinder.Find([Node("on-premises", "eks-hybrid:///eu-1/c/mi-1"), Node("eu-1")]));

    [Fact]
    public void Without_any_the_message_says_what_to_set() =>
        Assert.Contains("set AWS_REGION", Assert.Throws<SettingsException>(() => RegionFinder.Find([Node(null)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Nodes_in_two_Regions_are_no_answer() =>
        Assert.Contains(
            "eu-1, us-1",
            Assert.Throws<SettingsException>(() => RegionFinder.Find([Node("us-1"), Node("eu-1")])).Message,
            StringComparison.Ordinal
        );

    private static Node Node(string? region, string providerId = "aws:///eu-1a/i-1") =>
        new()
        {
            Metadata = new() { Name = "n", Labels = region is null ? null : new() { [RegionFinder.RegionLabel] = region } },
            Spec = new() { ProviderID = providerId },
        };
}
