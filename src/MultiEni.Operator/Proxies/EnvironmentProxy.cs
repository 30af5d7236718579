using System.Net;

namespace MultiEni.Operator.Proxies;

/// <summary>
/// The proxy that <c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c> and <c>NO_PROXY</c> name, as kubectl and
/// every other Go program understands them: the behaviour of
/// <see href="https://pkg.go.dev/golang.org/x/net/http/httpproxy"/>. The proxy of .NET itself knows
/// neither networks nor ports.
/// </summary>
/// <remarks>
/// Beyond Go: the link-local endpoints from which AWS gives credentials are never asked for through
/// a proxy, which could not reach them.
/// </remarks>
public sealed class EnvironmentProxy : IWebProxy
{
    // Instance metadata, the credentials of ECS and those of EKS Pod Identity: addresses of the
    // machine itself.
    private static readonly string[] OfThisMachine = ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"];

    private readonly Uri? _forHttp;
    private readonly Uri? _forHttps;
    private readonly List<ProxyExemption> _exemptions;

    private EnvironmentProxy(Uri? forHttp, Uri? forHttps, List<ProxyExemption> exemptions)
    {
        _forHttp = forHttp is null ? null : ProxyAddress.WithoutCredentials(forHttp);
        _forHttps = forHttps is null ? null : ProxyAddress.WithoutCredentials(forHttps);
        _exemptions = exemptions;
        Credentials = new ProxyCredentials(forHttp, forHttps);
    }

    /// <summary>Name and password out of the proxies' addresses.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>
    /// Makes it the proxy of this process, for everything that is not told another: our own
    /// connections and those of the AWS SDK.
    /// </summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static void Install(Func<string, string?> environment) => HttpClient.DefaultProxy = Read(environment);

    /// <summary>
    /// Reads the variables; of each, upper case comes before lower case, and what is no address
    /// counts as not set.
    /// </summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static EnvironmentProxy Read(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string Variable(string name) =>
            environment(name) is { Length: > 0 } upper ? upper
            : environment(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower
            : "";

        // In a CGI program, the header "Proxy" of any request arrives as HTTP_PROXY:
        // https://httpoxy.org.
        var isCgi = environment("REQUEST_METHOD") is { Length: > 0 };
        return new(
            isCgi ? null : ProxyAddress.Parse(Variable("HTTP_PROXY")),
            ProxyAddress.Parse(Variable("HTTPS_PROXY")),
            ProxyExemption.ParseList(Variable("NO_PROXY"))
        );
    }

    /// <summary>
    /// The proxy for a destination, without name and password, or null when it is to be reached
    /// directly.
    /// </summary>
    public Uri? GetProxy(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var proxy =
            destination.Scheme == Uri.UriSchemeHttps ? _forHttps
            : destination.Scheme == Uri.UriSchemeHttp ? _forHttp
            : null;
        return proxy is null || IsDirect(destination) ? null : proxy;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private bool IsDirect(Uri destination)
    {
        // Without brackets, in punycode, in lower case.
        var host = destination.IdnHost;
        if (host == "localhost")
        {
            return true;
        }

        // What is written as an address is one, whatever its zone looks like:
        // "[fe80::1%25.example.com]" is no host of example.com.
        var isAddress = destination.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        var address = isAddress ? ProxyExemption.Plain(IPAddress.Parse(host.Split('%')[0])) : null;
        return (address is not null && (IPAddress.IsLoopback(address) || OfThisMachine.Contains(address.ToString())))
            || _exemptions.Exists(exemption => exemption.Covers(host, address, destination.Port));
    }
}
