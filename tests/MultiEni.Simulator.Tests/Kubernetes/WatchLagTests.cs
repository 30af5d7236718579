using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class WatchLagTests : ServerFixture
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected override KubernetesSimulatorOptions Options =>
        new()
        {
            InstallsProductResources = false,
            TimeProvider = _time,
            WatchLag = WatchLag.Typical,
        };

    [Fact]
    public async Task A_watch_shows_a_write_after_its_lag_and_a_read_at_once()
    {
        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion={Server.Store.ResourceVersion}");
        for (var i = 0; i < 20; i++)
        {
            Server.Store.Create("configmaps", new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = $"c{i:00}" } });
        }

        var first = watch.NextAsync();
        await Task.WhenAny(first, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.False(first.IsCompleted, "a change showed before its lag");
        Assert.Equal(20, Server.Store.List("configmaps").Count);

        var shown = new List<string> { "" };
        while (shown.Count <= 20)
        {
            var next = shown.Count == 1 ? first : watch.NextAsync();
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(5));
                await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
            }

            shown.Add((await next)!.Name);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"c{i:00}"), shown.Skip(1));
    }
}
