using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Host.Simulated;

namespace MultiEni.Manager.Tests.Host;

public sealed class TimeLimitsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // What does not end by the limit would not end at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Reads =>
        new()
        {
            { "text", "Reading /sys/a" },
            { "link", "Reading the link /sys/a" },
            { "list", "Listing /sys/a" },
            { "exists", "Looking for /sys/a" },
            { "probe", "Opening /dev/a" },
            { "network", "Reading links, addresses, routes and rules over rtnetlink" },
            { "counters", "Reading the counters of ens6" },
            { "up", "Setting link 3 up" },
            { "mtu", "Setting the MTU of link 3" },
        };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_call_that_hangs_is_given_up_by_name_and_not_begun_again_before_it_has_returned(string kind, string name)
    {
        var clock = new FakeTimeProvider();
        var hanging = new HangingHost();
        var host = new TimeLimits(Limit, clock).Apply(new NodeHost(hanging, hanging, new NoEvents(), hanging, new NoTelemetry()));

        var call = Call(host, kind);
        clock.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Patience, Stop));
        Assert.StartsWith($"{name} has not returned within 30 s", error.Message, StringComparison.Ordinal);

        var again = await Assert.ThrowsAsync<TimeoutException>(() => Call(host, kind).WaitAsync(Patience, Stop));
        Assert.Equal((error.Message, 1), (again.Message, hanging.Calls));

        hanging.Return();
        await Eventually.Holds(() => Task.FromResult(Call(host, kind).IsCompletedSuccessfully), () => $"{kind} to be read again");
    }

    [Fact]
    public async Task A_write_is_waited_for_because_how_it_ends_decides_what_may_be_done_next()
    {
        var clock = new FakeTimeProvider();
        var hanging = new HangingHost();
        var host = new TimeLimits(Limit, clock).Apply(new NodeHost(hanging, hanging, new NoEvents(), hanging, new NoTelemetry()));

        var write = host.Files.WriteAsync("/sys/a", "1", Stop).AsTask();
        clock.Advance(Limit * 10);
        Assert.False(write.IsCompleted);
        hanging.Return();
        Assert.Equal(Errno.None, await write.WaitAsync(Patience, Stop));
    }

    /// <summary>To open a pipe waits for its other end, in the kernel.</summary>
    [Fact]
    public async Task A_real_read_that_the_kernel_does_not_answer_ends_in_time()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(Path.Join(root.Path, "sys"));
        var pipe = Path.Join(root.Path, "sys/pipe");
        using (var made = Process.Start("mkfifo", [pipe]))
        {
            await made.WaitForExitAsync(Stop);
            Assert.Equal(0, made.ExitCode);
        }

        var host = new TimeLimits(TimeSpan.FromMilliseconds(200), TimeProvider.System).Apply(
            KernelHost.Create(new KernelHostOptions { Root = root.Path })
        );
        var error = await Assert.ThrowsAsync<TimeoutException>(() => host.Files.ReadTextAsync("/sys/pipe", Stop).AsTask().WaitAsync(Patience, Stop));
        Assert.StartsWith("Reading /sys/pipe has not returned within 0.2 s", error.Message, StringComparison.Ordinal);

        // The other end, for the thread that still waits.
        using var end = File.OpenHandle(pipe, FileMode.Open, FileAccess.Write);
    }

    private static Task Call(NodeHost host, string kind) =>
        kind switch
        {
            "text" => host.Files.ReadTextAsync("/sys/a", Stop).AsTask(),
            "link" => host.Files.ReadLinkAsync("/sys/a", Stop).AsTask(),
            "list" => host.Files.ListAsync("/sys/a", Stop).AsTask(),
            "exists" => host.Files.ExistsAsync("/sys/a", Stop).AsTask(),
            "probe" => host.Files.ProbeOpenAsync("/dev/a", Stop).AsTask(),
            "network" => host.Links.ReadAsync(Stop).AsTask(),
            "counters" => host.Counters.ReadAsync("ens6", Stop).AsTask(),
            "up" => host.Links.SetUpAsync(3, true, Stop).AsTask(),
            _ => host.Links.SetMtuAsync(3, 9001, Stop).AsTask(),
        };

    private sealed class HangingHost : IHostFiles, ILinks, IDriverCounters
    {
        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public int Calls => _calls;

        public void Return() => _returned.SetResult();

        public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) => HangAsync<string?>(null);

        public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) => HangAsync<string?>(null);

        public ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) => HangAsync<IReadOnlyList<string>>([]);

        public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) => HangAsync(false);

        public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) => HangAsync<string?>(null);

        public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) => HangAsync(new NetworkState([], [], [], []));

        public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) => HangAsync(Errno.None);

        public ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken) => HangAsync<DriverCounters?>(null);

        private async ValueTask<T> HangAsync<T>(T answer)
        {
            Interlocked.Increment(ref _calls);
            await _returned.Task;
            return answer;
        }
    }

    private sealed class NoEvents : IHostEvents
    {
        public IAsyncEnumerable<HostEvent> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<HostEvent>();
    }
}
