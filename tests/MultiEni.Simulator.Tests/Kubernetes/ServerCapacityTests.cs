using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ServerCapacityTests : ServerFixture
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected override KubernetesSimulatorOptions Options =>
        new()
        {
            TimeProvider = _time,
            InstallsProductResources = false,
            Capacity = new ServerCapacity(Cores: 0.5),
        };

    [Theory]
    [InlineData("get", "", "", true, 2.1)]
    [InlineData("list", "", "", false, 2.1)]
    [InlineData("watch", "", "", true, 0)]
    [InlineData("create", "", "", true, 4.2)]
    [InlineData("patch", "", "application/apply-patch+yaml", true, 5.2)]
    [InlineData("patch", "status", "application/apply-patch+yaml", true, 9)]
    [InlineData("patch", "", "application/json-patch+json", true, 9)]
    [InlineData("update", "", "application/json", true, 9)]
    [InlineData("delete", "", "", true, 6)]
    [InlineData("create", "", "", false, 2)]
    [InlineData("patch", "", "application/merge-patch+json", false, 2)]
    public void A_request_costs_what_was_measured(string verb, string subresource, string contentType, bool isCustom, double milliseconds)
    {
        var request = new RequestInfo
        {
            Number = 1,
            Verb = verb,
            Path = "/",
            Subresource = subresource,
            ContentType = contentType,
        };

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ServerCapacity.CostOf(request, isCustom));
    }

    [Fact]
    public async Task Requests_wait_for_their_turn_and_take_effect_when_they_are_served()
    {
        var begin = _time.GetUtcNow();
        var both = Task.WhenAll(Client.PostAsync(ConfigMaps, Json("first")), Client.PostAsync(ConfigMaps, Json("second")));
        while (Server.Faults.Count().Total < 2)
        {
            await GlanceAsync();
        }

        Assert.Empty(Server.Store.List("configmaps"));
        while (!both.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(both, GlanceAsync());
        }

        // Twice 2 ms of processor time, with half a core.
        Assert.True(_time.GetUtcNow() - begin >= TimeSpan.FromMilliseconds(8), $"{_time.GetUtcNow() - begin}");
        Assert.Equal(2, Server.Store.List("configmaps").Count);
    }

    private static Task GlanceAsync() => Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
}
