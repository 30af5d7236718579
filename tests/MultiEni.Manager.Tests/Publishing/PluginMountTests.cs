using System.Text.Json;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class PluginMountTests
{
    private const string HostVolume = """{"name":"v","hostPath":{"path":"/etc/pcidp"}}""";
    private const string MapVolume = """{"name":"v","configMap":{"name":"sriovdp-config"}}""";

    [Theory]
    [InlineData("""{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp"}]}""", HostVolume, null)]
    [InlineData("""{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp/config.json"}]}""", HostVolume, null)]
    [InlineData("""{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp/"}]}""", MapVolume, "the ConfigMap sriovdp-config")]
    [InlineData("""{"volumeMounts":[{"name":"v","mountPath":"/etc"}]}""", MapVolume, "the ConfigMap sriovdp-config")]
    [InlineData(
        """{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp"}]}""",
        """{"name":"v","emptyDir":{}}""",
        "the volume v, which is no folder of the host"
    )]
    [InlineData("""{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp2"}]}""", HostVolume, "/etc/pcidp/config.json of its own image")]
    [InlineData("""{"args":["--config-file=/conf/node-1"],"volumeMounts":[{"name":"v","mountPath":"/conf"}]}""", HostVolume, null)]
    [InlineData(
        """{"command":["dp","-config-file","/conf/x"],"volumeMounts":[{"name":"v","mountPath":"/conf"}]}""",
        MapVolume,
        "the ConfigMap sriovdp-config"
    )]
    public void The_volume_behind_the_plugins_file_tells_what_it_reads(string container, string volume, string? instead)
    {
        Assert.Equal(instead, PluginMount.ReadsInstead(Pod($$"""{"spec":{"containers":[{{container}}],"volumes":[{{volume}}]} }""")));
    }

    [Fact]
    public void A_side_car_without_the_file_does_not_matter()
    {
        var pod = Pod(
            $$"""{"spec":{"containers":[{"volumeMounts":[]},{"volumeMounts":[{"name":"v","mountPath":"/etc/pcidp"}]}],"volumes":[{{HostVolume}}]} }"""
        );
        Assert.Null(PluginMount.ReadsInstead(pod));
    }

    private static Pod Pod(string text) => JsonSerializer.Deserialize(text, PodJson.Default.Pod)!;
}
