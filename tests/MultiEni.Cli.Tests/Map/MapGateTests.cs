using MultiEni.Cli.Map;

namespace MultiEni.Cli.Tests.Map;

/// <summary>Who may have the map.</summary>
public sealed class MapGateTests
{
    private readonly MapGate _gate = new(4711, "0123456789abcdef");

    [Theory]
    [InlineData("127.0.0.1:4711", null, "/0123456789abcdef/", "")]
    [InlineData("localhost:4711", null, "/0123456789abcdef/map.css", "map.css")]
    [InlineData("127.0.0.1:4711", "http://127.0.0.1:4711", "/0123456789abcdef/stream", "stream")]
    [InlineData("localhost:4711", "http://localhost:4711", "/0123456789abcdef/a/b", "a/b")]
    public void Who_has_the_address_is_admitted(string host, string? origin, string path, string asked) =>
        Assert.Equal(asked, _gate.Admit(host, origin, path));

    [Theory]
    // A name that somebody let point to 127.0.0.1: DNS rebinding.
    [InlineData("attacker.example:4711", null, "/0123456789abcdef/")]
    [InlineData("127.0.0.1", null, "/0123456789abcdef/")]
    [InlineData("127.0.0.1:80", null, "/0123456789abcdef/")]
    [InlineData("", null, "/0123456789abcdef/")]
    [InlineData(null, null, "/0123456789abcdef/")]
    // A page of another origin.
    [InlineData("127.0.0.1:4711", "http://attacker.example", "/0123456789abcdef/stream")]
    [InlineData("127.0.0.1:4711", "http://127.0.0.1:4712", "/0123456789abcdef/stream")]
    [InlineData("127.0.0.1:4711", "https://127.0.0.1:4711", "/0123456789abcdef/stream")]
    [InlineData("127.0.0.1:4711", "http://127.0.0.1", "/0123456789abcdef/stream")]
    [InlineData("127.0.0.1:4711", "null", "/0123456789abcdef/stream")]
    // No secret, or a wrong one.
    [InlineData("127.0.0.1:4711", null, "")]
    [InlineData("127.0.0.1:4711", null, "/")]
    [InlineData("127.0.0.1:4711", null, "//")]
    [InlineData("127.0.0.1:4711", null, "/stream")]
    [InlineData("127.0.0.1:4711", null, "/0123456789abcdef")]
    [InlineData("127.0.0.1:4711", null, "/0123456789abcdeF/")]
    [InlineData("127.0.0.1:4711", null, "/0123456789abcde/")]
    [InlineData("127.0.0.1:4711", null, "/0123456789abcdef0/")]
    public void Others_are_refused(string? host, string? origin, string path) => Assert.Null(_gate.Admit(host, origin, path));

    // Browsers leave out the port that http has by default.
    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("127.0.0.1", "http://127.0.0.1", true)]
    [InlineData("localhost", "http://localhost", true)]
    [InlineData("127.0.0.1:80", "http://127.0.0.1:80", true)]
    [InlineData("127.0.0.1", "https://127.0.0.1", false)]
    [InlineData("127.0.0.1", "http://127.0.0.1:4711", false)]
    [InlineData("attacker.example", null, false)]
    public void On_port_80_the_port_may_be_left_out(string host, string? origin, bool isAdmitted) =>
        Assert.Equal(isAdmitted, new MapGate(80, "0123456789abcdef").Admit(host, origin, "/0123456789abcdef/map.css") is "map.css");
}
