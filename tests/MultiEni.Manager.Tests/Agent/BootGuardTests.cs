using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Tests.Binding;

namespace MultiEni.Manager.Tests.Agent;

public sealed class BootGuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_who_look_after_one_wake_share_one_observation_until_something_is_announced_or_it_is_old()
    {
        await using var bench = await BindingBench.StartAsync();
        var time = new FakeTimeProvider();
        var links = new CountedLinks(bench.Wire.Links);
        using var boot = new BootGuard(
            new HostReader(bench.Wire with { Links = links }),
            new BindingJournal(bench.JournalPath, null),
            new NoPublisher(),
            time,
            NullLogger.Instance
        );

        var glances = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => boot.GlanceAsync(Stop)));
        Assert.Equal(1, links.Reads);
        Assert.All(glances, glance => Assert.Same(glances[0], glance));
        Assert.Same(glances[0], boot.Last);

        // Whoever acts looks for himself, and the others profit.
        var fresh = await boot.ObserveAsync(Stop);
        Assert.Equal(2, links.Reads);
        Assert.Same(fresh, await boot.GlanceAsync(Stop));

        boot.Changed();
        await boot.GlanceAsync(Stop);
        Assert.Equal(3, links.Reads);
        time.Advance(WakeWindow.Longest);
        await boot.GlanceAsync(Stop);
        Assert.Equal(4, links.Reads);
    }

    [Fact]
    public async Task What_was_announced_while_it_was_looked_is_looked_at_again()
    {
        await using var bench = await BindingBench.StartAsync();
        BootGuard boot = null!;
        var links = new CountedLinks(bench.Wire.Links) { OnRead = () => boot.Changed() };
        using var watch = boot = new BootGuard(
            new HostReader(bench.Wire with { Links = links }),
            new BindingJournal(bench.JournalPath, null),
            new NoPublisher(),
            new FakeTimeProvider(),
            NullLogger.Instance
        );

        await boot.GlanceAsync(Stop);
        await boot.GlanceAsync(Stop);
        Assert.Equal(2, links.Reads);
    }

    private sealed class CountedLinks(ILinks links) : ILinks
    {
        private int _reads;

        public int Reads => _reads;

        public Action OnRead { get; init; } = () => { };

        public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            OnRead();
            return links.ReadAsync(cancellationToken);
        }

        public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) => links.SetUpAsync(index, up, cancellationToken);

        public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) =>
            links.SetMtuAsync(index, mtu, cancellationToken);

        public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) => links.AddAsync(item, cancellationToken);

        public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) => links.RemoveAsync(item, cancellationToken);
    }
}
