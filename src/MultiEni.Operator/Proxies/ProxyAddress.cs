using System.Net;

namespace MultiEni.Operator.Proxies;

/// <summary>The address of a proxy.</summary>
internal static class ProxyAddress
{
    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps, "socks5", "socks5h"];

    /// <summary>
    /// Reads it as Go does: a URL, or <c>host</c> or <c>host:port</c> of an HTTP proxy; null when
    /// it is neither.
    /// </summary>
    public static Uri? Parse(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0)
        {
            // The host is always resolved by the proxy: .NET has one name for both.
            return address.Scheme == "socks5h" ? new Uri($"socks5{text[text.IndexOf(':', StringComparison.Ordinal)..]}") : address;
        }

        return Uri.TryCreate($"http://{text}", UriKind.Absolute, out var plain) ? plain : null;
    }

    /// <summary>Whether requests can go through it.</summary>
    public static bool IsSupported(Uri proxy) => Schemes.Contains(proxy.Scheme, StringComparer.Ordinal);

    /// <summary>
    /// The address without name and password, to be shown and to be connected to.
    /// </summary>
    public static Uri WithoutCredentials(Uri proxy) =>
        proxy.UserInfo.Length == 0 ? proxy : new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;

    /// <summary>
    /// A text that was meant to be an address, with name and password, if there are any, made
    /// unreadable.
    /// </summary>
    public static string Redacted(string text)
    {
        var host = text.LastIndexOf('@') + 1;
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is var end and >= 0 && end + 3 < host ? text[..(end + 3)] : "";
        return host == 0 ? text : $"{scheme}xxxxx@{text[host..]}";
    }
}

/// <summary>
/// Name and password out of the addresses of proxies, such as
/// <c>http://name:password@proxy:3128</c>. The address that .NET is given is without them, since it
/// stands in the message when the proxy refuses.
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
