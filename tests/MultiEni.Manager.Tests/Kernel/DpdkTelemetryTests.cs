using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Host.Kernel.Dpdk;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>
/// The sockets are the real kernel's; the process that listens is this one, in a folder that stands
/// for its container.
/// </summary>
public sealed class DpdkTelemetryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Socket> _sockets = [];

    // A loaded machine may take longer than the limit.
    private readonly FakeTimeProvider _clock = new();
    private int _connections;
    private int _commands;

    public DpdkTelemetryTests()
    {
        Directory.CreateDirectory(Inside("run/dpdk/rte"));
        Directory.CreateDirectory(Inside("var"));
        // As in most images; it leads somewhere else outside of the container.
        File.CreateSymbolicLink(Inside("var/run"), "/run");
        IsRootOf(Environment.ProcessId);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData("run/dpdk/rte/dpdk_telemetry.v2")]
    [InlineData("run/dpdk/rte/dpdk_telemetry.v2:1")]
    [InlineData("run/dpdk/pg/dpdk_telemetry.v2")]
    [InlineData("tmp/dpdk/rte/dpdk_telemetry.v2")]
    public async Task A_program_tells_what_it_counts(string path)
    {
        Serve(path);
        var port = await ReadAsync();
        Assert.NotNull(port);
        Assert.True(port.IsUp);
        Assert.Equal([new DriverCounter("ipackets", 5)], port.Statistics);
        Assert.Equal([new DriverCounter("pps_allowance_exceeded", 6)], port.Extended);
    }

    [Fact]
    public async Task A_program_without_telemetry_tells_nothing()
    {
        Assert.Null(await ReadAsync());
        Directory.Delete(Inside("run"), recursive: true);
        Assert.Null(await ReadAsync());
        Assert.Null(await Telemetry().ReadAsync(int.MaxValue, A.Address, Stop));
    }

    [Fact]
    public async Task Another_device_of_the_program_is_not_taken_for_it()
    {
        Serve("run/dpdk/rte/dpdk_telemetry.v2");
        Assert.Null(await Telemetry().ReadAsync(Environment.ProcessId, A.OtherAddress, Stop));
    }

    /// <summary>Whatever a pod puts at the path, its own root is all that it can lead to.</summary>
    [Theory]
    [InlineData("{0}/host.sock")]
    [InlineData("../../../../host.sock")]
    [InlineData("/proc/self/root{0}/host.sock")]
    public async Task A_link_out_of_the_container_leads_nowhere(string target)
    {
        Serve("../host.sock");
        File.CreateSymbolicLink(Inside("run/dpdk/rte/dpdk_telemetry.v2"), string.Format(null, target, _folder.Path));
        Assert.Null(await ReadAsync());
        Assert.Equal(0, _connections);
    }

    /// <summary>Such as the socket of the container runtime, mounted at the path.</summary>
    [Fact]
    public async Task A_socket_on_which_another_process_listens_is_told_nothing()
    {
        IsRootOf(1);
        Serve("run/dpdk/rte/dpdk_telemetry.v2");
        Assert.Null(await Telemetry().ReadAsync(1, A.Address, Stop));
        Assert.Equal(0, _commands);
    }

    [Fact]
    public async Task What_is_not_such_a_socket_is_not_opened()
    {
        File.WriteAllText(Inside("run/dpdk/rte/dpdk_telemetry.v2"), "");
        Directory.CreateDirectory(Inside("run/dpdk/rte/dpdk_telemetry.v2:1"));
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Inside("run/dpdk/rte/dpdk_telemetry.v2:2")]))
        {
            await made.WaitForExitAsync(Stop);
        }

        Listen("run/dpdk/rte/dpdk_telemetry.v2:3", SocketType.Stream);
        Assert.Null(await ReadAsync());
    }

    [Fact]
    public async Task A_program_that_does_not_answer_is_given_up_and_one_that_talks_too_much_or_breaks_off_is_an_error()
    {
        Serve("run/dpdk/rte/dpdk_telemetry.v2", _ => null);
        var reading = ReadAsync();
        await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref _commands) == 1), () => "the first question");
        Assert.False(reading.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<TimeoutException>(() => reading);

        File.Delete(Inside("run/dpdk/rte/dpdk_telemetry.v2"));
        Serve("run/dpdk/rte/dpdk_telemetry.v2", _ => new string('x', 20_000));
        Assert.Contains("longer than 16384 bytes", (await Assert.ThrowsAsync<IOException>(ReadAsync)).Message, StringComparison.Ordinal);

        File.Delete(Inside("run/dpdk/rte/dpdk_telemetry.v2"));
        Serve("run/dpdk/rte/dpdk_telemetry.v2", _ => throw new IOException("broken off"));
        await Assert.ThrowsAsync<IOException>(ReadAsync);
    }

    [Fact]
    public async Task Of_very_many_files_only_a_few_are_looked_at()
    {
        for (var number = 0; number < 200; number++)
        {
            Listen($"run/dpdk/rte/dpdk_telemetry.v2:{number}", SocketType.Stream);
        }

        Assert.Null(await ReadAsync());
        Assert.InRange(TelemetrySockets.Find(Path.Join(_folder.Path, "host"), Environment.ProcessId).Count, 1, 8);
    }

    private Task<DpdkPort?> ReadAsync() => Telemetry().ReadAsync(Environment.ProcessId, A.Address, Stop).AsTask();

    private DpdkTelemetry Telemetry() => new(new KernelHostOptions { Root = Path.Join(_folder.Path, "host") }, new BlockingCalls(), _clock);

    private string Inside(string path) => Path.GetFullPath(Path.Join(_folder.Path, "container", path));

    private void IsRootOf(int process)
    {
        var folder = Directory.CreateDirectory(Path.Join(_folder.Path, "host/proc", $"{process}"));
        File.CreateSymbolicLink(Path.Join(folder.FullName, "root"), Path.Join(_folder.Path, "container"));
    }

    private Socket Listen(string path, SocketType type)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Inside(path))!);
        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        _sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(Inside(path)));
        socket.Listen(10);
        return socket;
    }

    private void Serve(string path, Func<string, string?>? answer = null) => _ = ServeAsync(Listen(path, SocketType.Seqpacket), answer ?? Answer);

    private async Task ServeAsync(Socket listener, Func<string, string?> answer)
    {
        var buffer = new byte[1024];
        while (true)
        {
            using var client = await listener.AcceptAsync(Stop);
            Interlocked.Increment(ref _connections);
            try
            {
                await client.SendAsync(Encoding.UTF8.GetBytes("{\"version\":\"DPDK 24.11.1\",\"pid\":1,\"max_output_len\":16384}"), Stop);
                while (await client.ReceiveAsync(buffer, Stop) is > 0 and var length)
                {
                    Interlocked.Increment(ref _commands);
                    if (answer(Encoding.UTF8.GetString(buffer, 0, length)) is { } text)
                    {
                        await client.SendAsync(Encoding.UTF8.GetBytes(text), Stop);
                    }
                }
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                // The client is gone, or is to think so.
            }
        }
    }

    private static string Answer(string command) =>
        command switch
        {
            "/ethdev/list" => "{\"/ethdev/list\":[0]}",
            "/ethdev/info,0" => "{\"/ethdev/info\":{\"name\":\"0000:00:06.0\"}}",
            "/ethdev/link_status,0" => "{\"/ethdev/link_status\":{\"status\":\"UP\"}}",
            "/ethdev/stats,0" => "{\"/ethdev/stats\":{\"ipackets\":5}}",
            "/ethdev/xstats,0" => "{\"/ethdev/xstats\":{\"pps_allowance_exceeded\":6}}",
            _ => "{}",
        };
}
