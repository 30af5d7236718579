using System.Net;
using System.Net.Sockets;
using System.Text;
using MultiEni.Operator.Proxies;

namespace MultiEni.Operator.Tests.Proxies;

/// <summary>
/// What golang.org/x/net/http/httpproxy documents and tests for itself, as tables.
/// </summary>
public class EnvironmentProxyTests
{
    // Variables, destination, proxy or nothing.
    [Theory]
    [InlineData("HTTP_PROXY=127.0.0.1:8080", "http://example.com", "http://127.0.0.1:8080/")]
    [InlineData("HTTP_PROXY=cache.corp.example.com:1234", "http://example.com", "http://cache.corp.example.com:1234/")]
    [InlineData("HTTP_PROXY=cache.corp.example.com", "http://example.com", "http://cache.corp.example.com/")]
    [InlineData("HTTP_PROXY=localhost", "http://example.com", "http://localhost/")]
    [InlineData("HTTP_PROXY=https://cache.corp.example.com", "http://example.com", "https://cache.corp.example.com/")]
    [InlineData("HTTP_PROXY=socks5://127.0.0.1:1080", "http://example.com", "socks5://127.0.0.1:1080/")]
    [InlineData("HTTP_PROXY=socks5h://127.0.0.1:1080", "http://example.com", "socks5://127.0.0.1:1080/")]
    [InlineData("HTTP_PROXY=http.tld HTTPS_PROXY=secure.tld", "http://insecure.tld/", "http://http.tld/")]
    [InlineData("HTTP_PROXY=http.tld HTTPS_PROXY=secure.tld", "https://secure.tld/", "http://secure.tld/")]
    [InlineData("HTTP_PROXY=http.tld HTTPS_PROXY=https://secure.tld", "https://secure.tld/", "https://secure.tld/")]
    [InlineData("HTTP_PROXY=http.tld", "https://secure.tld/", null)]
    [InlineData("HTTP_PROXY=http.tld", "ftp://insecure.tld/", null)]
    [InlineData("ALL_PROXY=http.tld", "http://example.com/", null)]
    [InlineData("", "http://example.com/", null)]
    // Upper case comes first, and what is empty is not set.
    [InlineData("HTTP_PROXY=upper http_proxy=lower", "http://example.com/", "http://upper/")]
    [InlineData("http_proxy=lower", "http://example.com/", "http://lower/")]
    [InlineData("HTTP_PROXY= http_proxy=lower", "http://example.com/", "http://lower/")]
    [InlineData("https_proxy=lower no_proxy=example.com", "https://example.com/", null)]
    [InlineData("https_proxy=lower NO_PROXY=other.com no_proxy=example.com", "https://example.com/", "http://lower/")]
    // A CGI program must not believe HTTP_PROXY, which a caller can set.
    [InlineData("HTTP_PROXY=http://10.1.2.3:8080 REQUEST_METHOD=PUT", "http://example.com/", null)]
    [InlineData("HTTPS_PROXY=https://secure.tld REQUEST_METHOD=PUT", "https://example.com/", "https://secure.tld/")]
    [InlineData("HTTP_PROXY=proxy NO_PROXY=.示例.com", "http://www.示例.com", null)]
    [InlineData("HTTP_PROXY=proxy NO_PROXY=xn--fsq092h.com", "http://www.示例.com", null)]
    [InlineData("HTTP_PROXY=proxy NO_PROXY=示例.com", "http://www.xn--fsq092h.com", null)]
    [InlineData("HTTP_PROXY=proxy NO_PROXY=ample.com", "http://example.com/", "http://proxy/")]
    // What is no address of a proxy counts as not set.
    [InlineData("HTTPS_PROXY=[", "https://example.com/", null)]
    public void The_variables_name_the_proxy(string variables, string destination, string? proxy)
    {
        var set = variables
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        var read = EnvironmentProxy.Read(set.GetValueOrDefault);

        Assert.Equal(proxy, read.GetProxy(new Uri(destination))?.AbsoluteUri);
        Assert.Equal(proxy is null, read.IsBypassed(new Uri(destination)));
    }

    private const string Listed =
        "foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, "
        + "[2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64, Upper.Example, ported.com:8080, .sub.ported.net:80, "
        + "172.20.0.0/16, 10.100.0.1/16, ::ffff:198.51.100.7, 1, 010.0.0.9, :1, [::7], 10.9.0.0/33, 10.9.0.0/+8, /8, ,";

    // Host and port, whether the proxy is used.
    [Theory]
    // Never for this machine.
    [InlineData("localhost:80", false)]
    [InlineData("127.0.0.1:80", false)]
    [InlineData("127.255.0.2:80", false)]
    [InlineData("[::1]:80", false)]
    [InlineData("[::ffff:127.0.0.1]:80", false)]
    [InlineData("[::2]:80", true)]
    [InlineData("localhost.net:80", true)]
    [InlineData("local.localhost:80", true)]
    [InlineData("169.254.169.254:80", false)]
    [InlineData("169.254.170.2:80", false)]
    [InlineData("169.254.170.23:80", false)]
    [InlineData("[fd00:ec2::254]:80", false)]
    [InlineData("[fd00:ec2::23]:80", false)]
    [InlineData("169.254.1.1:80", true)]
    // Addresses, with and without a port.
    [InlineData("192.168.1.1:80", false)]
    [InlineData("192.168.1.1:6443", false)]
    [InlineData("192.168.1.2:80", true)]
    [InlineData("192.168.1.2:81", false)]
    [InlineData("192.168.1.3:80", false)]
    [InlineData("192.168.1.4:80", true)]
    [InlineData("[2001:db8::52:0:1]:80", false)]
    [InlineData("[2001:db8::52:0:2]:80", true)]
    [InlineData("[2001:db8::52:0:3]:80", false)]
    [InlineData("198.51.100.7:80", false)]
    [InlineData("[::ffff:192.168.1.1]:80", false)]
    // Networks; what stands behind the prefix does not matter.
    [InlineData("10.0.0.2:80", false)]
    [InlineData("10.0.0.4:80", true)]
    [InlineData("172.20.0.1:443", false)]
    [InlineData("172.21.0.1:443", true)]
    [InlineData("10.100.255.255:443", false)]
    [InlineData("[2002:db8:a::123]:80", false)]
    [InlineData("[2002:db8:a:1::123]:80", true)]
    [InlineData("[fe80::424b:c8be:1643:a1b6]:80", true)]
    // Domains.
    [InlineData("foobar.com:80", false)]
    [InlineData("www.foobar.com:80", false)]
    [InlineData("WWW.FOOBAR.COM:80", false)]
    [InlineData("foofoobar.com:80", true)]
    [InlineData("barbaz.net:80", true)]
    [InlineData("www.barbaz.net:80", false)]
    [InlineData("barbarbaz.net:80", true)]
    [InlineData("baz.com:80", true)]
    [InlineData("wildcard.io:80", true)]
    [InlineData("nested.wildcard.io:80", false)]
    [InlineData("awildcard.io:80", true)]
    [InlineData("a.upper.example:80", false)]
    [InlineData("ported.com:80", true)]
    [InlineData("ported.com:8080", false)]
    [InlineData("a.ported.com:8080", false)]
    [InlineData("sub.ported.net:80", true)]
    [InlineData("a.sub.ported.net:80", false)]
    // Entries that mean nothing here, or something only to .NET.
    [InlineData("0.0.0.1:80", true)]
    [InlineData("8.0.0.9:80", true)]
    [InlineData("10.0.0.9:80", true)]
    [InlineData("[::7]:80", true)]
    [InlineData("10.9.0.1:80", true)]
    [InlineData("example.com:1", true)]
    // A zone is no host name.
    [InlineData("[1000::%25.foobar.com]:80", true)]
    public void The_exemptions_are_understood(string host, bool isProxied)
    {
        var proxy = EnvironmentProxy.Read(name =>
            name switch
            {
                "HTTP_PROXY" => "http://proxy",
                "NO_PROXY" => Listed,
                _ => null,
            }
        );
        var all = EnvironmentProxy.Read(name =>
            name switch
            {
                "HTTP_PROXY" => "http://proxy",
                "NO_PROXY" => $"a, * ,{Listed}",
                _ => null,
            }
        );

        Assert.Equal(isProxied, !proxy.IsBypassed(new Uri($"http://{host}/path")));
        Assert.True(all.IsBypassed(new Uri($"http://{host}/path")));
    }

    [Fact]
    public async Task Name_and_password_of_the_address_are_given_when_the_proxy_asks()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = AnswerAsync(listener, AskForCredentials, Ok);
        var proxy = EnvironmentProxy.Read(name => name == "HTTP_PROXY" ? $"http://us%40er:pass:word@127.0.0.1:{port}" : null);
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = proxy });

        Assert.Equal("ok", await http.GetStringAsync(new Uri("http://example.com/path"), TestContext.Current.CancellationToken));

        var requests = await asked;
        Assert.StartsWith("GET http://example.com/path HTTP/1.1", requests[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Proxy-Authorization", requests[0], StringComparison.Ordinal);
        Assert.Contains(
            $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("us@er:pass:word"))}",
            requests[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_told_of_without_its_password()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = AnswerAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        var proxy = EnvironmentProxy.Read(name => name == "HTTPS_PROXY" ? $"http://user:secret@127.0.0.1:{port}" : null);
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = proxy });

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() =>
            http.GetStringAsync(new Uri("https://example.com/"), TestContext.Current.CancellationToken)
        );

        Assert.StartsWith("CONNECT", Assert.Single(await asked), StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    private const string AskForCredentials =
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    private const string Ok = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

    // Gives one answer after the other, each on a connection of its own, and returns the requests.
    private static async Task<List<string>> AnswerAsync(TcpListener listener, params string[] answers)
    {
        var requests = new List<string>();
        foreach (var answer in answers)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var request = new StringBuilder();
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
            {
                request.AppendLine(line);
            }

            requests.Add(request.ToString());
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }

        return requests;
    }
}
