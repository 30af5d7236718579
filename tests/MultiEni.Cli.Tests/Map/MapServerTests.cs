using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Cli.Map;
using MultiEni.Cli.Status;

namespace MultiEni.Cli.Tests.Map;

/// <summary>The map's server, by real requests on loopback.</summary>
public sealed class MapServerTests : IAsyncLifetime
{
    private readonly MapFeed _feed = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private MapServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await MapServer.StartAsync(0, _feed, StoryAsync, TimeProvider.System, Ct);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public void The_address_is_on_loopback_and_has_a_secret_that_cannot_be_guessed()
    {
        Assert.Equal("127.0.0.1", _server.Address.Host);
        Assert.Equal(32, _server.Address.Segments[1].TrimEnd('/').Length);
    }

    [Fact]
    public async Task The_page_and_all_that_it_refers_to_is_served()
    {
        var page = await _http.GetStringAsync(_server.Address, Ct);
        var files = References(page, "src=\"", "href=\"").Where(name => !name.StartsWith('#')).ToList();
        Assert.Contains("main.js", files);
        for (var next = 0; next < files.Count; next++)
        {
            using var answer = await _http.GetAsync(new Uri(_server.Address, files[next]), Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            files.AddRange(References(text, "from './").Where(name => !files.Contains(name)).ToList());
        }

        Assert.Contains("zone.js", files);
    }

    [Theory]
    [InlineData("")]
    [InlineData("main.js")]
    [InlineData("no-such-file")]
    public async Task Every_answer_forbids_scripts_frames_and_storage_of_others(string path)
    {
        using var answer = await _http.GetAsync(new Uri(_server.Address, path), Ct);

        var policy = Header(answer, "Content-Security-Policy");
        foreach (
            var part in new[]
            {
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data:",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'none'",
            }
        )
        {
            Assert.Contains(part, policy.Split("; "));
        }

        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("attacker.example", null)]
    [InlineData(null, "http://attacker.example")]
    [InlineData(null, "null")]
    public async Task Another_Host_or_Origin_gets_nothing(string? host, string? origin)
    {
        foreach (var path in new[] { "", "stream", "story?eni=a", "main.js" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, path));
            request.Headers.Host = host is null ? null : $"{host}:{_server.Address.Port}";
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);

            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsStringAsync(Ct));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/stream")]
    [InlineData("/00000000000000000000000000000000/")]
    [InlineData("/00000000000000000000000000000000/stream")]
    public async Task Without_the_secret_there_is_nothing(string path)
    {
        using var answer = await _http.GetAsync(new Uri(_server.Address, path), HttpCompletionOption.ResponseHeadersRead, Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task It_can_only_be_read(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), _server.Address);
        using var answer = await _http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task The_stream_begins_with_everything_and_goes_on_with_what_changes()
    {
        _feed.Set(new MapNote("a", "</script>\n\nevent: x"));
        using var stream = await StreamAsync();

        var first = await NextAsync(stream);
        _feed.Set(new MapNote("b", "new"));
        var second = await NextAsync(stream);
        _feed.Remove("note/a");
        var third = await NextAsync(stream);

        Assert.True(first["reset"]!.GetValue<bool>());
        Assert.Equal("</script>\n\nevent: x", first["set"]![0]!["text"]!.GetValue<string>());
        Assert.Null(second["reset"]);
        Assert.Equal(("note", "b"), (second["set"]![0]!["kind"]!.GetValue<string>(), second["set"]![0]!["id"]!.GetValue<string>()));
        Assert.Equal("note/a", third["gone"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task A_burst_of_changes_is_few_messages()
    {
        using var stream = await StreamAsync();
        await NextAsync(stream);
        for (var number = 0; number < 5000; number++)
        {
            _feed.Set(new MapNote("same", $"{number}"));
        }

        var messages = 0;
        string? text;
        do
        {
            var message = await NextAsync(stream);
            messages++;
            text = message["set"]!.AsArray()[^1]!["text"]!.GetValue<string>();
        } while (text != "4999");

        Assert.InRange(messages, 1, 100);
    }

    [Fact]
    public async Task A_story_is_told_of_an_ENI_that_exists()
    {
        var told = JsonNode.Parse(await _http.GetStringAsync(new Uri(_server.Address, "story?eni=packets%2Fn1"), Ct))!;
        using var missing = await _http.GetAsync(new Uri(_server.Address, "story?eni=other"), Ct);

        Assert.Equal("packets/n1", told["eni"]!["id"]!.GetValue<string>());
        Assert.Equal(nameof(Health.Ready), told["eni"]!["health"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task It_ends_although_somebody_reads()
    {
        var server = await MapServer.StartAsync(0, _feed, StoryAsync, TimeProvider.System, Ct);
        using var stream = await _http.GetStreamAsync(new Uri(server.Address, "stream"), Ct);

        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Ct);

        await Assert.ThrowsAnyAsync<Exception>(() => _http.GetAsync(server.Address, Ct));
    }

    [Fact]
    public async Task Nobody_but_this_machine_can_connect()
    {
        using var listener = new TcpClient();
        var others = Dns.GetHostAddresses(Dns.GetHostName())
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        foreach (var address in others)
        {
            using var client = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(address, _server.Address.Port, Ct).AsTask());
        }

        await listener.ConnectAsync(IPAddress.Loopback, _server.Address.Port, Ct);
    }

    private static Task<EniStory?> StoryAsync(string name, CancellationToken cancellationToken)
    {
        if (name != "packets/n1")
        {
            return Task.FromResult<EniStory?>(null);
        }

        var attachment = MapReaderTests.Attachment(null, "");
        var eni = MapReader.Eni(attachment, null, DateTimeOffset.UnixEpoch)! with { Id = name };
        return Task.FromResult<EniStory?>(StoryReader.Read(attachment, eni, [], []));
    }

    private async Task<StreamReader> StreamAsync() => new(await _http.GetStreamAsync(new Uri(_server.Address, "stream"), Ct), Encoding.UTF8);

    private static async Task<JsonNode> NextAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync(Ct) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line["data: ".Length..])!;
            }
        }

        throw new EndOfStreamException();
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    private static IEnumerable<string> References(string text, params string[] before) =>
        before.SelectMany(mark => text.Split(mark).Skip(1).Select(rest => rest[..rest.IndexOfAny(['"', '\''])]));
}
