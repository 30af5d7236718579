using System.Net;

namespace MultiEni.Operator.Proxies;

/// <summary>
/// Name and password out of the addresses of proxies, such as <c>http://name:password@proxy:3128</c>. The address that .NET is given is without them, since
/// it stands in the message when the proxy refuses.
/// </summary>
/// <param name="proxies">The addresses as they were set.</param>
internal sealed class ProxyCredentials(params IEnumerable<Uri?> proxies) : ICredentials
{
    private readonly List<Uri> _withCredentials = [.. proxies.OfType<Uri>().Where(proxy => proxy.UserInfo.Length > 0)];

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        var asked = ProxyAddress.WithoutCredentials(uri);
        if (_withCredentials.Find(proxy => ProxyAddress.WithoutCredentials(proxy) == asked) is not { } found)
        {
            return null;
        }

        var parts = found.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
