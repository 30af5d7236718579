using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Operator;

namespace MultiEni.Manager.Tests.Claims.Slices;

public sealed class SlicePublisherTests
{
    private const string Name = "node-1-eni.networking.k8s.aws";

    [Fact]
    public async Task Without_a_device_the_slice_is_there_all_the_same_and_nothing_more_is_written()
    {
        await using var bench = new Bench();
        bench.Start();
        await bench.UntilDevicesAsync();
        Assert.Equal("uid-node-1", bench.Api.Slice(Name)!["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>());
        await bench.LookAsync();
        Assert.Equal([$"POST {Name}"], bench.Api.Writes);
    }

    [Fact]
    public async Task A_device_that_comes_or_goes_is_a_write_and_one_that_stays_is_none()
    {
        await using var bench = new Bench();
        bench.Entries = [Sample.Entry("a")];
        bench.Start();
        await bench.UntilDevicesAsync("eni-a");
        Assert.Equal("eni-a", bench.Publisher.Find("eni-a")?.Name);
        Assert.Null(bench.Publisher.Find("eni-b"));
        bench.Change(Sample.Entry("a"), Sample.Entry("b"));
        await bench.UntilDevicesAsync("eni-a", "eni-b");
        bench.Change(Sample.Entry("b"), Sample.Entry("a"));
        await bench.LookAsync();
        bench.Change();
        await bench.UntilDevicesAsync();
        Assert.Equal([$"POST {Name}", $"PUT {Name}", $"PUT {Name}"], bench.Api.Writes);
    }

    [Fact]
    public async Task As_long_as_it_is_not_known_what_the_node_offers_the_slice_is_left_as_it_is()
    {
        await using var bench = new Bench();
        bench.Api.Put(Name, Spec("eni-before"));
        bench.Entries = null;
        bench.Start();
        await bench.LookAsync();
        Assert.Equal(["eni-before"], bench.Api.Devices(Name));
        bench.Change(Sample.Entry("a"));
        await bench.UntilDevicesAsync("eni-a");
    }

    [Fact]
    public async Task A_slice_that_a_starting_kubelet_deletes_is_back_at_once()
    {
        await using var bench = new Bench();
        bench.Entries = [Sample.Entry("a")];
        bench.Start();
        await bench.UntilDevicesAsync("eni-a");
        bench.Api.Wipe();
        // The clock stands still: nothing is waited for.
        await bench.UntilDevicesAsync("eni-a");
    }

    [Fact]
    public async Task Whoever_deletes_it_again_and_again_is_answered_every_half_minute_and_a_change_of_ours_does_not_wait_for_that()
    {
        await using var bench = new Bench();
        bench.Entries = [Sample.Entry("a")];
        bench.Start();
        await bench.UntilDevicesAsync("eni-a");
        bench.Api.Wipe();
        await bench.UntilDevicesAsync("eni-a");
        bench.Api.Wipe();
        await Eventually.Holds(() => bench.Publisher.Problem is not null, "the contest to be noticed");
        await bench.LookAsync();
        Assert.Empty(bench.Api.SliceNames);
        Assert.Contains("somebody else", bench.Publisher.Problem!, StringComparison.Ordinal);

        bench.Clock.Advance(TimeSpan.FromSeconds(29));
        await bench.LookAsync();
        Assert.Empty(bench.Api.SliceNames);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.LookAsync();
        await bench.UntilDevicesAsync("eni-a");
        await Eventually.Holds(() => bench.Publisher.Problem is null, "the end of the contest");

        bench.Api.Wipe();
        bench.Change(Sample.Entry("b"));
        await bench.UntilDevicesAsync("eni-b");
    }

    [Fact]
    public async Task What_somebody_else_changes_is_put_right_and_what_is_beside_it_deleted()
    {
        await using var bench = new Bench();
        bench.Entries = [Sample.Entry("a")];
        bench.Api.Put("0-eni.networking.k8s.aws-node-1-x7k2p", Spec("eni-old"));
        bench.Start();
        await bench.UntilDevicesAsync("eni-a");
        Assert.Equal([Name], bench.Api.SliceNames);
        bench.Api.Put(Name, Spec("eni-foreign"));
        await bench.UntilDevicesAsync("eni-a");
    }

    [Fact]
    public async Task A_server_without_taints_is_written_to_once_and_a_device_that_would_have_one_is_not_listed()
    {
        await using var bench = new Bench();
        bench.Api.KeepsTaints = false;
        bench.Entries = [Sample.Entry("a", Sample.Driverless, claimed: true), Sample.Entry("b", Sample.Driverless)];
        bench.Start();
        await Eventually.Holds(() => !bench.Publisher.KeepsTaints, "the missing taints to be noticed");
        await bench.UntilDevicesAsync("eni-a");
        await bench.LookAsync();
        Assert.Equal([$"POST {Name}", $"PUT {Name}"], bench.Api.Writes);
    }

    [Fact]
    public async Task A_refused_write_is_told_in_the_servers_words_and_tried_again()
    {
        await using var bench = new Bench();
        bench.Entries = [Sample.Entry("a")];
        bench.Api.Refuses = request => request.Method == HttpMethod.Post ? "not of your node" : null;
        bench.Start();
        await Eventually.Holds(() => bench.Publisher.Problem?.Contains("not of your node", StringComparison.Ordinal) == true, "the refusal");
        bench.Api.Refuses = _ => null;
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(1));
                return bench.Publisher.Problem is null;
            },
            "the end of the trouble"
        );
        await bench.UntilDevicesAsync("eni-a");
    }

    [Fact]
    public async Task A_server_that_has_no_slices_is_told_as_such()
    {
        await using var bench = new Bench();
        bench.Api.Refuses = _ => "no such kind";
        bench.Start();
        await Eventually.Holds(() => bench.Publisher.Problem?.Contains("no such kind", StringComparison.Ordinal) == true, "the refusal");
        Assert.Null(bench.Publisher.Find("eni-a"));
    }

    private static JsonObject Spec(string device) =>
        new()
        {
            ["driver"] = "eni.networking.k8s.aws",
            ["nodeName"] = Sample.Node,
            ["pool"] = new JsonObject
            {
                ["name"] = Sample.Node,
                ["generation"] = 1,
                ["resourceSliceCount"] = 1,
            },
            ["devices"] = new JsonArray(new JsonObject { ["name"] = device }),
        };

    private sealed class Bench : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private Task _running = Task.CompletedTask;
        private int _looks;

        public Bench()
        {
            Publisher = new SlicePublisher(
                Api.Client(Clock),
                Sample.Node,
                () => { },
                new OperatorMetrics(new Meter("test")),
                Clock,
                NullLogger.Instance
            );
        }

        public ClaimApi Api { get; } = new();

        public FakeTimeProvider Clock { get; } = new();

        public SlicePublisher Publisher { get; }

        public IReadOnlyCollection<SliceEntry>? Entries { get; set; } = [];

        public void Start() => _running = Publisher.RunAsync(Wish, _ended.Token);

        public void Change(params SliceEntry[] entries)
        {
            Entries = entries;
            Publisher.Wake();
        }

        /// <summary>Until the publisher has looked anew and would have written.</summary>
        public async Task LookAsync()
        {
            for (var i = 0; i < 2; i++)
            {
                var before = Volatile.Read(ref _looks);
                Publisher.Wake();
                await Eventually.Holds(() => Volatile.Read(ref _looks) > before, "a look");
            }
        }

        public Task UntilDevicesAsync(params string[] devices) =>
            Eventually.Holds(
                () => Task.FromResult(Api.Devices(Name) is { } stored && stored.SequenceEqual(devices)),
                () => $"{string.Join(", ", devices)} in {Api.Slice(Name)}"
            );

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Api.Dispose();
            _ended.Dispose();
        }

        private SliceWish? Wish()
        {
            Interlocked.Increment(ref _looks);
            return Entries is { } entries ? new SliceWish(entries, Sample.Owner) : null;
        }
    }
}
