using MultiEni.Manager.Kubelet.Dra;

namespace MultiEni.Manager.Tests.Kubelet.Dra;

public sealed class DraPathsTests
{
    private const string Driver = "eni.networking.k8s.aws";
    private const string Uid = "0f2f4e5e-0d0a-4bb1-9a8e-3c1f64d5a001";

    [Fact]
    public void Both_sockets_follow_the_kubelets_folder()
    {
        var paths = new DraPaths("/var/lib/kubelet", Driver, "");
        Assert.Equal("/var/lib/kubelet/plugins_registry/eni.networking.k8s.aws-reg.sock", paths.RegistrationSocket);
        Assert.Equal("/var/lib/kubelet/plugins/eni.networking.k8s.aws/dra.sock", paths.PluginSocket);
    }

    [Fact]
    public void Two_pods_at_a_time_have_sockets_of_their_own()
    {
        var paths = new DraPaths("/var/lib/kubelet", Driver, Uid);
        Assert.Equal($"/var/lib/kubelet/plugins_registry/eni.networking.k8s.aws-{Uid}-reg.sock", paths.RegistrationSocket);
        Assert.Equal($"/var/lib/kubelet/plugins/eni.networking.k8s.aws/dra-{Uid}.sock", paths.PluginSocket);
    }

    [Fact]
    public void Where_the_whole_name_does_not_fit_a_shorter_one_stays_unique_and_ends_as_it_must()
    {
        var root = "/" + new string('k', 40);
        var (one, other) = (new DraPaths(root, Driver, Uid), new DraPaths(root, Driver, Uid[..^1] + "2"));
        Assert.EndsWith("-reg.sock", one.RegistrationSocket, StringComparison.Ordinal);
        Assert.StartsWith(root + "/plugins_registry/", one.RegistrationSocket, StringComparison.Ordinal);
        Assert.True(one.RegistrationSocket.Length <= 107);
        Assert.NotEqual(one.RegistrationSocket, other.RegistrationSocket);
        Assert.True(one.PluginSocket.Length <= 107);
        Assert.NotEqual(one.PluginSocket, other.PluginSocket);
    }
}
