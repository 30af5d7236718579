using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>Announcements of the real kernel about links that the check makes.</summary>
[Trait("runs", "in-namespace")]
public sealed class KernelEventsChecks
{
    public KernelEventsChecks() => OwnNamespace.Demand();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_new_interface_is_announced_and_so_is_its_end()
    {
        await using var events = Watch();
        await OwnNamespace.SetUpAsync("link add new0 type veth peer name new1\n");
        await events.ExpectAsync(new HostEvent("add", "net", "new0"));

        await OwnNamespace.SetUpAsync("link del new0\n");
        await events.ExpectAsync(new HostEvent("remove", "net", "new0"));
    }

    [Fact(Explicit = true)]
    public async Task A_change_of_state_address_or_route_is_announced_by_the_name_of_the_interface()
    {
        await OwnNamespace.SetUpAsync("link add change0 type veth peer name change1\n");
        var change = new HostEvent("change", "net", "change0");

        await using (var events = Watch())
        {
            await OwnNamespace.SetUpAsync("link set change0 up\n");
            await events.ExpectAsync(change);
        }

        await using (var events = Watch())
        {
            await OwnNamespace.SetUpAsync("address add 10.9.0.5/24 dev change0 noprefixroute\n");
            await events.ExpectAsync(change);
        }

        await OwnNamespace.SetUpAsync("link set change1 up\n");
        await using (var events = Watch())
        {
            await OwnNamespace.SetUpAsync("route add 203.0.113.0/24 dev change0\n");
            await events.ExpectAsync(new HostEvent("change", "route", "change0"));
        }

        await using (var events = Watch())
        {
            await OwnNamespace.SetUpAsync("route add default dev change0\n");
            await events.ExpectAsync(change);
        }
    }

    [Fact(Explicit = true)]
    public async Task Listening_starts_with_the_call_and_not_with_the_first_question()
    {
        var announced = new KernelEvents(new KernelHostOptions()).WatchAsync(Cancellation);
        await OwnNamespace.SetUpAsync("link add early0 type veth peer name early1\n");
        await using var events = new Listener(announced.GetAsyncEnumerator(Cancellation));
        await events.ExpectAsync(new HostEvent("add", "net", "early0"));
    }

    [Fact(Explicit = true)]
    public async Task Too_many_announcements_at_once_show_as_an_overrun_and_listening_goes_on()
    {
        await using var events = Watch(new KernelHostOptions { EventBufferBytes = 4096 });
        await OwnNamespace.SetUpAsync(string.Concat(Enumerable.Repeat("link add burst0 type veth peer name burst1\nlink del burst0\n", 60)));
        await events.ExpectAsync(new HostEvent("change", "net", "overrun"));

        await OwnNamespace.SetUpAsync("link add after0 type veth peer name after1\n");
        // The small buffer may lose this very announcement too, which shows as another overrun.
        await events.ExpectAnyAsync(seen => seen.Subject is "after0" or "after1" or "overrun");
    }

    [Fact(Explicit = true)]
    public async Task Cancelling_ends_the_listening_and_closes_its_sockets()
    {
        var before = Sockets();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var announced = new KernelEvents(new KernelHostOptions()).WatchAsync(cancellation.Token).GetAsyncEnumerator(cancellation.Token);
        var next = announced.MoveNextAsync().AsTask();
        Assert.Equal(before + 2, Sockets());

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await announced.DisposeAsync();
        Assert.Equal(before, Sockets());
    }

    private static Listener Watch(KernelHostOptions? options = null) =>
        new(new KernelEvents(options ?? new KernelHostOptions()).WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation));

    // Lines of this namespace's table of netlink sockets: those of this process are all there are.
    private static int Sockets() =>
        File.ReadLines("/proc/self/net/netlink")
            .Count(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "0" or "15", not "0", ..]);

    private sealed class Listener(IAsyncEnumerator<HostEvent> events) : IAsyncDisposable
    {
        public Task ExpectAsync(HostEvent expected) => ExpectAnyAsync(seen => seen == expected);

        public async Task ExpectAnyAsync(Func<HostEvent, bool> expected)
        {
            var seen = new List<HostEvent>();
            while (seen is not [.., var last] || !expected(last))
            {
                var next = events.MoveNextAsync().AsTask();
                var isInTime = await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System, Cancellation)) == next;
                Assert.True(isInTime, $"Not announced; seen: {string.Join(", ", seen)}");
                Assert.True(await next);
                seen.Add(events.Current);
            }
        }

        public ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
