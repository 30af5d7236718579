namespace MultiEni.Manager.Kubelet;

/// <summary>The kubelet's sockets.</summary>
/// <param name="Root">
/// The kubelet's folder; <c>/var/lib/kubelet</c> unless its <c>--root-dir</c> says otherwise.
/// </param>
/// <param name="PluginFolder">
/// The folder of device plugins, which does not follow <c>--root-dir</c>: <c>DevicePluginPath</c>
/// of k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1 is a constant.
/// </param>
internal sealed record KubeletPaths(string Root, string PluginFolder)
{
    /// <summary>Name of the kubelet's own socket in each of its folders.</summary>
    public const string SocketName = "kubelet.sock";

    /// <summary>Where device plugins register.</summary>
    public string RegistrationSocket => Path.Combine(PluginFolder, SocketName);

    /// <summary>Where the kubelet tells which pods have which devices.</summary>
    public string PodResourcesSocket => Path.Combine(Root, "pod-resources", SocketName);
}
