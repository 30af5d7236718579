using System.Security.Cryptography;
using System.Text;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>
/// Where a DRA driver meets the kubelet. Both folders follow the kubelet's <c>--root-dir</c> and
/// must be mounted at their own paths.
/// </summary>
/// <param name="kubeletRoot">The kubelet's folder.</param>
/// <param name="driver">The driver's name.</param>
/// <param name="instance">
/// What tells apart two pods of the driver that run at the same time while one replaces the other
/// (from kubelet 1.33 on), such as the pod's uid; empty for a driver that is always alone.
/// </param>
internal sealed class DraPaths(string kubeletRoot, string driver, string instance)
{
    /// <summary>How the registration socket's name must end.</summary>
    internal const string RegistrationSuffix = "-reg.sock";

    /// <summary>The folder in which the kubelet looks for sockets of plugins.</summary>
    public string RegistrationFolder { get; } = Path.Combine(kubeletRoot, "plugins_registry");

    /// <summary>The driver's own folder.</summary>
    public string PluginFolder { get; } = Path.Combine(kubeletRoot, "plugins", driver);

    /// <summary>The socket by which the kubelet finds the driver.</summary>
    public string RegistrationSocket => Fitting(RegistrationFolder, instance.Length > 0 ? $"{driver}-{instance}" : driver, RegistrationSuffix);

    /// <summary>The socket on which the driver answers.</summary>
    public string PluginSocket => Fitting(PluginFolder, instance.Length > 0 ? $"dra-{instance}" : "dra", ".sock");

    // The path of a socket is short. A hash in place of the name leaves it unique and lets it end
    // as it must.
    private static string Fitting(string folder, string name, string suffix)
    {
        var path = Path.Combine(folder, name + suffix);
        return Encoding.UTF8.GetByteCount(path) <= UnixSocketPath.LongestPath
            ? path
            : Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 6)) + suffix);
    }
}
