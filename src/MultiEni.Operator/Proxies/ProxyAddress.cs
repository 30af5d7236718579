namespace MultiEni.Operator.Proxies;

/// <summary>The address of a proxy.</summary>
internal static class ProxyAddress
{
    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps, "socks5", "socks5h"];

    /// <summary>Reads it as Go does: a URL, or <c>host</c> or <c>host:port</c> of an HTTP proxy; null when it is neither.</summary>
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

    /// <summary>The address without name and password, to be shown and to be connected to.</summary>
    public static Uri WithoutCredentials(Uri proxy) =>
        proxy.UserInfo.Length == 0 ? proxy : new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;

    /// <summary>A text that was meant to be an address, with name and password, if there are any, made unreadable.</summary>
    public static string Redacted(string text)
    {
        var host = text.LastIndexOf('@') + 1;
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is var end and >= 0 && end + 3 < host ? text[..(end + 3)] : "";
        return host == 0 ? text : $"{scheme}xxxxx@{text[host..]}";
    }
}
