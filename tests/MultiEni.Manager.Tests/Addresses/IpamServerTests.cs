using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Addresses;
using static MultiEni.Manager.Tests.Addresses.AddressSamples;

namespace MultiEni.Manager.Tests.Addresses;

/// <summary>The socket as the plugin finds it.</summary>
public sealed class IpamServerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<EniAttachment> _attachments = [Attachment("a", "eni-a", 1, "10.0.1.10", "10.0.1.11", "10.0.1.12")];
    private readonly Meter _meter = new("test");
    private Task _running = Task.CompletedTask;

    private string Socket => _folder.File("ipam.sock");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _meter.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_pod_comes_and_goes()
    {
        var node = Start();
        Assert.Equal("10.0.1.11/24", (await AskAsync(Add(link: "ens1"))).Addresses![0].Address);
        Assert.Equal("10.0.1.11/24", (await AskAsync(Add() with { Command = IpamCommands.Check })).Addresses![0].Address);
        Assert.Equal(["default/p1"], node.PodsOf("a"));
        Assert.Equal("default/p1", node.ReportOf(_attachments[0])!.Used![0].Pod);

        Assert.Null((await AskAsync(Del())).Error);
        Assert.Null((await AskAsync(Del())).Error);
        Assert.Equal(IpamErrorCodes.UnknownContainer, (await AskAsync(Add() with { Command = IpamCommands.Check })).Error!.Code);
        Assert.Null((await AskAsync(new IpamRequest { Command = IpamCommands.Status })).Error);
    }

    [Fact]
    public async Task Pods_are_named_in_an_order_that_does_not_change()
    {
        _attachments[0] = Attachment("a", "eni-a", 1, [.. Enumerable.Range(10, 9).Select(number => $"10.0.1.{number}")]);
        var node = Start();
        var pods = Enumerable.Range(1, 8).Select(number => $"p{number}").ToList();
        foreach (var pod in pods.AsEnumerable().Reverse())
        {
            Assert.Null((await AskAsync(Add($"sandbox-{pod}", pod, "ens1"))).Error);
        }

        Assert.Equal(pods.Select(pod => $"default/{pod}"), node.PodsOf("a"));
    }

    [Fact]
    public async Task Only_root_can_open_the_socket()
    {
        Start();
        await AskAsync(new IpamRequest { Command = IpamCommands.Status });
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
        }
    }

    [Theory]
    [InlineData("{", IpamErrorCodes.Undecodable)]
    [InlineData("", IpamErrorCodes.Undecodable)]
    [InlineData("null", IpamErrorCodes.Undecodable)]
    [InlineData("""{"command":"EAT"}""", IpamErrorCodes.InvalidEnvironment)]
    [InlineData("""{"command":"ADD"}""", IpamErrorCodes.InvalidEnvironment)]
    [InlineData("""{"command":"STATUS","newer":1}""", null)]
    public async Task What_cannot_be_answered_is_an_error(string request, int? code)
    {
        Start();
        await AskAsync(new IpamRequest { Command = IpamCommands.Status });
        Assert.Equal(code, (await AskAsync(Encoding.UTF8.GetBytes(request)))!.Error?.Code);
    }

    [Fact]
    public async Task Two_agents_do_not_give_addresses_at_the_same_time()
    {
        Start();
        Assert.Equal("10.0.1.11/24", (await AskAsync(Add("c1", "p1", "ens1"))).Addresses![0].Address);

        using var stop = new CancellationTokenSource();
        var second = Node();
        var running = second.RunAsync(stop.Token);
        await Eventually.Holds(() => second.Problem is not null, "the second agent waits");
        await StopAsync();
        Assert.Equal("10.0.1.12/24", (await AskAsync(Add("c2", "p2", "ens1"))).Addresses![0].Address);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private NodeAddresses Start()
    {
        var node = Node();
        _running = node.RunAsync(_stop.Token);
        return node;
    }

    private NodeAddresses Node() =>
        new(
            AddressPaths.Beside(Socket),
            () => _attachments,
            () => A.Boot,
            _ => { },
            null,
            TimeSpan.FromSeconds(30),
            _meter,
            null,
            TimeProvider.System,
            NullLogger.Instance
        );

    private async Task<IpamReply> AskAsync(IpamRequest request)
    {
        IpamReply? reply = null;
        var text = JsonSerializer.SerializeToUtf8Bytes(request, IpamJson.Default.IpamRequest);
        await Eventually.Holds(async () => (reply = await AskAsync(text)) is not null, () => "the socket answers");
        return reply!;
    }

    private async Task<IpamReply?> AskAsync(byte[] text)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            return null;
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(text, TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        return await JsonSerializer.DeserializeAsync(stream, IpamJson.Default.IpamReply, TestContext.Current.CancellationToken);
    }
}
