using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

public sealed class AddTests
{
    private static readonly IpamAddress V4 = new() { Address = "10.0.1.20/24", Gateway = "10.0.1.1" };
    private static readonly IpamAddress V6 = new() { Address = "2001:db8::20/64" };

    public static TheoryData<string, string> Results =>
        new()
        {
            {
                "0.3.0",
                """{"cniVersion":"0.3.0","ips":[{"version":"4","address":"10.0.1.20/24"},{"version":"6","address":"2001:db8::20/64"}],"dns":{}}"""
            },
            {
                "0.3.1",
                """{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.0.1.20/24"},{"version":"6","address":"2001:db8::20/64"}],"dns":{}}"""
            },
            {
                "0.4.0",
                """{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.0.1.20/24"},{"version":"6","address":"2001:db8::20/64"}],"dns":{}}"""
            },
            { "1.0.0", """{"cniVersion":"1.0.0","ips":[{"address":"10.0.1.20/24"},{"address":"2001:db8::20/64"}],"dns":{}}""" },
            { "1.1.0", """{"cniVersion":"1.1.0","ips":[{"address":"10.0.1.20/24"},{"address":"2001:db8::20/64"}],"dns":{}}""" },
        };

    [Theory]
    [MemberData(nameof(Results))]
    public async Task The_result_has_the_shape_of_the_version(string version, string expected)
    {
        await using var manager = StubManager.WithAddresses(V4, V6);
        var outcome = new Call("ADD", manager.Path, version).Run();
        Assert.Equal(expected, outcome.Text());
        Assert.Equal(0, outcome.ExitCode);
    }

    [Theory]
    [InlineData("""{"ips":["10.0.1.9"]}""", """{"cni":{"ips":["10.0.1.8"]}}""", "10.0.1.7", "10.0.1.9")]
    [InlineData("null", """{"cni":{"ips":["10.0.1.8/24","2001:db8::8"]}}""", "10.0.1.7", "10.0.1.8/24,2001:db8::8")]
    [InlineData("""{"ips":[]}""", "null", "10.0.1.7,2001:db8::7", "10.0.1.7,2001:db8::7")]
    [InlineData("""{"ips":null}""", "{}", "", "10.0.1.6/24,10.0.1.5")]
    public async Task What_the_pod_asks_for_replaces_what_its_network_asks_for(string runtime, string args, string argument, string expected)
    {
        await using var manager = StubManager.WithAddresses(V4);
        new Call("ADD", manager.Path)
            .With("runtimeConfig", runtime)
            .With("args", args)
            .WithIpam("addresses", """[{"address":"10.0.1.6/24"},"10.0.1.5"]""")
            .Set("CNI_ARGS", $"IgnoreUnknown=1;IP={argument}")
            .Run();
        Assert.Equal(expected, string.Join(',', Assert.Single(manager.Requests).Addresses!));
    }

    [Fact]
    public async Task All_that_tells_the_pod_and_the_ENI_is_passed_on()
    {
        await using var manager = StubManager.WithAddresses(V4);
        new Call("ADD", manager.Path)
            .With("pciBusID", "\"0000:00:05.0\"")
            .With("runtimeConfig", """{"deviceID":"0000:00:06.0"}""")
            .With("hwaddr", "\"02:00:00:00:00:01\"")
            .WithIpam("nodeENI", "\"blue\"")
            .With("somethingNew", """{"a":[1]}""")
            .Run();
        Assert.Equal(
            """{"command":"ADD","network":"blue","plugin":"ipvlan","containerId":"c1","interface":"net1","networkNamespace":"/run/netns/pod","podNamespace":"shop","podName":"web-0","podUid":"u-1","deviceId":"0000:00:06.0","link":"nodeeni-blue","macAddress":"02:00:00:00:00:01","nodeEni":"blue"}""",
            JsonSerializer.Serialize(Assert.Single(manager.Requests), IpamJson.Default.IpamRequest)
        );
    }

    [Theory]
    [InlineData("device", "\"ens6\"", "ens6", null)]
    [InlineData("master", "\"ens7\"", "ens7", null)]
    [InlineData("pciBusID", "\"0000:00:05.0\"", null, "0000:00:05.0")]
    public async Task The_device_is_told_as_the_calling_plugin_tells_it(string member, string value, string? link, string? device)
    {
        await using var manager = StubManager.WithAddresses(V4);
        var call = new Call("ADD", manager.Path);
        call.Configuration.Remove("master");
        call.With(member, value).Run();
        var request = Assert.Single(manager.Requests);
        Assert.Equal((link, device), (request.Link, request.DeviceId));
    }

    [Fact]
    public async Task The_router_is_named_when_asked_for_and_is_that_of_routes_without_one()
    {
        await using var manager = StubManager.WithAddresses(V4, V6);
        var call = new Call("ADD", manager.Path, "1.1.0")
            .WithIpam("routes", """[{"dst":"0.0.0.0/0"},{"dst":"10.9.0.0/16","gw":"10.0.1.7","mtu":1500},{"dst":"::/0"}]""")
            .WithIpam("dns", """{"nameservers":["10.0.0.2"]}""");
        const string routes =
            "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.0.1.1\"},{\"dst\":\"10.9.0.0/16\",\"gw\":\"10.0.1.7\",\"mtu\":1500},{\"dst\":\"::/0\"}]";
        const string dns = """ "dns":{"nameservers":["10.0.0.2"]}}""";
        Assert.Equal(
            $$"""{"cniVersion":"1.1.0","ips":[{"address":"10.0.1.20/24"},{"address":"2001:db8::20/64"}],{{routes}},{{dns.Trim()}}""",
            call.Run().Text()
        );
        Assert.Equal(
            $$"""{"cniVersion":"1.1.0","ips":[{"address":"10.0.1.20/24","gateway":"10.0.1.1"},{"address":"2001:db8::20/64"}],{{routes}},{{dns.Trim()}}""",
            call.WithIpam("gateway", "true").Run().Text()
        );
        call.Configuration["cniVersion"] = "1.0.0";
        Assert.DoesNotContain("mtu", call.Run().Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_ENI_manager_is_passed_on()
    {
        await using var manager = StubManager.WithError(IpamErrorCodes.InvalidConfiguration, "10.0.9.9 is in no subnet of an ENI of this node.");
        var outcome = new Call("ADD", manager.Path).Run();
        Assert.Equal("""{"cniVersion":"1.0.0","code":7,"msg":"10.0.9.9 is in no subnet of an ENI of this node."}""", outcome.Text());
        Assert.Equal(1, outcome.ExitCode);
    }

    [Theory]
    [InlineData("", "without an answer")]
    [InlineData("{", "cut off")]
    [InlineData("null", "null")]
    [InlineData("{}", "no address")]
    [InlineData("""{"addresses":[],"new":1}""", "no address")]
    public async Task An_answer_that_is_none_is_a_reason_to_try_again(string answer, string expected)
    {
        await using var manager = StubManager.WithText(answer);
        var (code, text) = new Call("ADD", manager.Path).Run().Error();
        Assert.Equal(IpamErrorCodes.TryAgainLater, code);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ADD", "20 s")]
    [InlineData("CHECK", "5 s")]
    public async Task A_manager_that_hangs_is_waited_for_only_so_long(string command, string limit)
    {
        await using var manager = StubManager.WithText(null);
        // Each look at the clock takes a fifth of the limit and a bit.
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(command == "ADD" ? 4.9 : 1.24) };
        var (code, text) = new Call(command, manager.Path).Run(time).Error();
        Assert.Equal(IpamErrorCodes.TryAgainLater, code);
        Assert.Contains(limit, text, StringComparison.Ordinal);
        Assert.Contains(manager.Path, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manager_that_is_away_is_a_reason_to_try_again()
    {
        await using var manager = StubManager.WithText("");
        var (code, text) = new Call("ADD", manager.Path + ".gone").Run().Error();
        Assert.Equal(IpamErrorCodes.TryAgainLater, code);
        Assert.Contains("app.kubernetes.io/component=manager", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_answer_arrives_whole()
    {
        await using var manager = StubManager.With(_ => new IpamReply
        {
            Addresses = [.. Enumerable.Range(0, 2000).Select(number => new IpamAddress { Address = $"10.0.{number / 250}.{number % 250}/16" })],
        });
        var result = JsonNode.Parse(new Call("ADD", manager.Path).Run().Text())!;
        Assert.Equal(2000, result["ips"]!.AsArray().Count);
    }
}
