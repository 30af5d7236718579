using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class ResourceNameTests
{
    [Theory]
    [InlineData("intel.com/intel_sriov_netdevice_1", "intel.com", "intel_sriov_netdevice_1")]
    [InlineData("sriov_dpdk", "intel.com", "sriov_dpdk")]
    [InlineData("amazon.com/ena-dpdk", "amazon.com", "ena-dpdk")]
    public void A_name_is_split_at_its_slash(string text, string prefix, string name)
    {
        var resource = ResourceName.Parse(text);
        Assert.Equal((prefix, name), (resource.Prefix, resource.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("intel.com/a.b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("kubernetes.io/a")]
    [InlineData("x.kubernetes.io/a")]
    [InlineData("-a.com/b")]
    [InlineData("requests.a.com/b")]
    [InlineData("a.com/_b")]
    [InlineData("a.com/b-")]
    [InlineData("intel.com/0123456789012345678901234567890123456789012345678901234567890123")]
    public void What_would_take_down_the_plugin_or_is_refused_by_the_kubelet_is_no_name(string text) =>
        Assert.Throws<FormatException>(() => ResourceName.Parse(text));
}
