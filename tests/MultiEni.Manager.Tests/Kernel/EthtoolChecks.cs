using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>What drivers count, of the real kernel: a pair of links counts by itself.</summary>
[Trait("runs", "in-namespace")]
public sealed class EthtoolChecks : IAsyncDisposable
{
    private readonly EthtoolCounters _counters = new(new BlockingCalls());

    public EthtoolChecks() => OwnNamespace.Demand();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await OwnNamespace.SetUpAsync("link delete count0\n");

    [Fact(Explicit = true)]
    public async Task The_counters_of_a_driver_have_its_names_and_its_values()
    {
        await OwnNamespace.SetUpAsync("link add count0 type veth peer name count1\nlink set count0 up\nlink set count1 up\n");
        var peer = (await new RtNetlink(new BlockingCalls()).ReadAsync(Cancellation)).Links.Single(link => link.Name == "count1");
        var counters = await _counters.ReadAsync("count0", Cancellation);
        Assert.NotNull(counters);
        Assert.Equal("", counters.BusAddress);
        Assert.Equal((ulong)peer.Index, Assert.Single(counters.Values, counter => counter.Name == "peer_ifindex").Value);
        Assert.All(counters.Values, counter => Assert.NotEqual("", counter.Name));

        // The buffers are used again.
        Assert.Equal(counters.Values, (await _counters.ReadAsync("count0", Cancellation))!.Values);
    }
}
