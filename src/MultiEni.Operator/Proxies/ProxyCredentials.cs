using System.Net;

namespace MultiEni.Operator.Proxies;

/// <summary>Name and password out of a proxy's address, such as <c>http://name:password@proxy:3128</c>.</summary>
internal sealed class ProxyCredentials : ICredentials
{
    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        if (uri.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = uri.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
