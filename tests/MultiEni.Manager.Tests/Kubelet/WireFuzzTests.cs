using System.Net;
using System.Net.Sockets;
using CsCheck;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Tests.Kubelet;

/// <summary>
/// Bytes that no kubelet sends, to our sockets and from its own: an error for the caller and
/// nothing else.
/// </summary>
public sealed class WireFuzzTests
{
    private static readonly Gen<byte[]> Garbage = Gen.OneOf(
        Gen.Byte.Array[0, 64],
        Gen.OneOf<byte>(0x0a, 0x12, 0x1a, 0x00, 0x08, 0xff, 0x05).Array[0, 24]
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Garbage_is_read_or_refused_as_no_message() =>
        Garbage.Sample(
            bytes =>
            {
                Attempt(() => DevicePluginMessages.ReadAllocateRequest(bytes));
                Attempt(() => DevicePluginMessages.ReadPreferences(bytes));
                Attempt(() => PodResourcesMessages.ReadList(bytes));
            },
            iter: 20_000
        );

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(15, WireFormat.WireType.Fixed64);
            output.WriteFixed64(7);
            output.WriteTag(16, WireFormat.WireType.Fixed32);
            output.WriteFixed32(7);
            output.WriteTag(17, WireFormat.WireType.Varint);
            output.WriteUInt64(ulong.MaxValue);
            output.WriteTag(18, WireFormat.WireType.LengthDelimited);
            output.WriteString("later");
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(0x0a, 1, (byte)'x'));
        }

        Assert.Equal(["x"], Assert.Single(DevicePluginMessages.ReadAllocateRequest(stream.ToArray())));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(127L)]
    [InlineData(128L)]
    [InlineData(300L)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    public void Numbers_are_written_as_protocol_buffers_write_them(long number)
    {
        var writer = new ProtoWriter();
        writer.Number(3, number);
        var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            if (number != 0)
            {
                output.WriteTag(3, WireFormat.WireType.Varint);
                output.WriteInt64(number);
            }
        }

        Assert.Equal(stream.ToArray(), writer.Written.ToArray());
        var reader = new ProtoReader(writer.Written.Span);
        Assert.Equal(number != 0, reader.Next());
        Assert.True(number == 0 || reader.Number() == number);
    }

    [Fact]
    public async Task A_plugins_socket_survives_whatever_is_sent_to_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("p.sock");
        var plugin = new ResourcePlugin("intel.com/x", (_, _) => throw new GrpcException(GrpcStatus.FailedPrecondition, "é: no"), () => { });
        await using var server = await GrpcSocketServer.StartAsync(NullLoggerFactory.Instance, Stop);
        await using var listener = await server.ListenAsync(path, plugin, Stop);
        var client = new GrpcClient(path, TimeSpan.FromSeconds(30), TimeProvider.System);

        // Raw bytes where HTTP/2 belongs, HTTP/1.1, and no byte at all.
        foreach (var bytes in new[] { "\0\u0001\u0002"u8.ToArray(), "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [], Garbage.Single() })
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Stop);
            await socket.SendAsync(bytes, Stop);
        }

        // Calls that are none: another method, another content type, a message that breaks off, is
        // compressed or too long, two of them, or none.
        foreach (
            var (method, body) in new (string, byte[])[]
            {
                ("v1beta1.DevicePlugin/Nothing", [0, 0, 0, 0, 0]),
                ("", [0, 0, 0, 0, 0]),
                ("v1beta1.DevicePlugin/Allocate", []),
                ("v1beta1.DevicePlugin/Allocate", [0, 0]),
                ("v1beta1.DevicePlugin/Allocate", [0, 0, 0, 0, 9, 1]),
                ("v1beta1.DevicePlugin/Allocate", [1, 0, 0, 0, 0]),
                ("v1beta1.DevicePlugin/Allocate", [0, 255, 255, 255, 255]),
                ("v1beta1.DevicePlugin/Allocate", [0, 0, 0, 0, 1, 0xff]),
                ("v1beta1.DevicePlugin/Allocate", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            }
        )
        {
            Assert.NotEqual("0", await StatusAsync(path, method, body));
        }

        // And then a call as it should be, whose blocker comes through as it was.
        var refused = await Assert.ThrowsAsync<GrpcException>(() => client.CallAsync("v1beta1.DevicePlugin/Allocate", new byte[] { 0x0a, 0 }, Stop));
        Assert.Equal((GrpcStatus.FailedPrecondition, "é: no"), (refused.Status, refused.Message));
        Assert.Equal([0x10, 1], await client.CallAsync("v1beta1.DevicePlugin/GetDevicePluginOptions", ReadOnlyMemory<byte>.Empty, Stop));
    }

    [Fact]
    public async Task A_kubelet_that_is_not_there_or_talks_nonsense_is_an_error_of_the_call()
    {
        using var folder = new TemporaryFolder();
        var client = new GrpcClient(folder.File("k.sock"), TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(GrpcStatus.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => client.CallAsync("a/b", default, Stop))).Status);

        using var nonsense = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        nonsense.Bind(new UnixDomainSocketEndPoint(folder.File("k.sock")));
        nonsense.Listen();
        var call = client.CallAsync("a/b", default, Stop);
        using (var caller = await nonsense.AcceptAsync(Stop))
        {
            await caller.SendAsync("nonsense that is no HTTP/2"u8.ToArray(), Stop);
        }

        Assert.Equal(GrpcStatus.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => call)).Status);
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_a_socket_is_said_with_the_setting_to_change()
    {
        using var folder = new TemporaryFolder();
        await using var server = await GrpcSocketServer.StartAsync(NullLoggerFactory.Instance, Stop);
        var plugin = new ResourcePlugin("intel.com/x", (_, _) => throw new InvalidOperationException("not called"), () => { });
        var error = await Assert.ThrowsAsync<IOException>(() => server.ListenAsync(folder.File(new string('x', 120)), plugin, Stop));
        Assert.Contains("KUBELET_ROOT", error.Message, StringComparison.Ordinal);
    }

    private static void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (ProtoException)
        {
            // What a caller is told.
        }
    }

    private static async Task<string?> StatusAsync(string path, string method, byte[] body)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        using var response = await http.SendAsync(request, Stop);
        await response.Content.ReadAsByteArrayAsync(Stop);
        return response.TrailingHeaders.TryGetValues("grpc-status", out var status) ? status.Single() : null;
    }
}
