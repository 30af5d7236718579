using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Host.Simulated;

namespace MultiEni.Manager.Host;

/// <summary>
/// Which host the agent acts on: this machine's kernel, or a simulated one on this machine.
/// </summary>
internal static class HostChoice
{
    /// <summary>What <c>--host</c> says for this machine's kernel.</summary>
    public const string Kernel = "kernel";

    /// <summary>Checks a value of <c>--host</c>.</summary>
    /// <exception cref="FormatException">
    /// It is neither <c>kernel</c>, nor <c>kernel:/ROOT</c>, nor a loopback address.
    /// </exception>
    public static string Parse(string text)
    {
        if (text == Kernel || IsRooted(text))
        {
            return text;
        }

        return
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttp
            && address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            && address.IsLoopback
            ? text
            : throw new FormatException(
                "'kernel', 'kernel:/folder' with the folder that has the host's sys, proc and dev, or a simulated host on loopback, http://127.0.0.1:PORT/hosts/NODE"
            );
    }

    /// <summary>Opens the host. Nothing is read or written yet.</summary>
    /// <param name="text">A value that <see cref="Parse"/> accepted.</param>
    /// <param name="simulated">What carries requests to a simulated host; null for sockets.</param>
    public static NodeHost Open(string text, HttpMessageHandler? simulated = null)
    {
        Parse(text);
        return IsSimulated(text)
            ? SimulatedHostClient.Open(new Uri(text), simulated)
            : KernelHost.Create(new KernelHostOptions { Root = Root(text), AllowRealSysfs = true });
    }

    /// <summary>
    /// Whether it is a simulated host, and so nothing that a program of this machine could act on.
    /// </summary>
    /// <param name="text">A value that <see cref="Parse"/> accepted.</param>
    public static bool IsSimulated(string text) => text != Kernel && !IsRooted(text);

    /// <summary>The folder that has the host's root; <c>/</c> for this machine's own.</summary>
    /// <param name="text">A value that <see cref="Parse"/> accepted.</param>
    public static string Root(string text) => IsRooted(text) ? text[(Kernel.Length + 1)..] : "/";

    private static bool IsRooted(string text) => text.StartsWith(Kernel + ":/", StringComparison.Ordinal);
}
