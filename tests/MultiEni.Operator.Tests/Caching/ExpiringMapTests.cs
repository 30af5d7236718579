using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Caching;

namespace MultiEni.Operator.Tests.Caching;

public sealed class ExpiringMapTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ExpiringMap<int, string> _map;

    public ExpiringMapTests() => _map = new(_time);

    [Fact]
    public void A_value_counts_for_its_lifetime_and_no_longer()
    {
        _map.Set(1, "a", TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.True(_map.TryGet(1, out var value));
        Assert.Equal("a", value);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(_map.TryGet(1, out _));
    }

    [Fact]
    public void Setting_it_again_prolongs_it()
    {
        _map.Set(1, "a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9));
        _map.Set(1, "b", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9));

        Assert.True(_map.TryGet(1, out var value));
        Assert.Equal("b", value);
    }

    [Fact]
    public void No_value_is_dropped_before_its_time_and_the_map_holds_about_what_counts()
    {
        for (var i = 0; i < 100_000; i++)
        {
            _map.Set(i, "a", TimeSpan.FromSeconds(500));
            Assert.True(_map.TryGet(Math.Max(0, i - 499), out _));
            Assert.InRange(_map.Count, 0, 1100);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void What_is_removed_is_gone_and_the_rest_stays()
    {
        _map.Set(1, "a", TimeSpan.FromSeconds(10));
        _map.Set(2, "b", TimeSpan.FromSeconds(10));

        _map.RemoveWhere((key, value) => key == 1 && value == "a");

        Assert.False(_map.TryGet(1, out _));
        Assert.True(_map.TryGet(2, out _));
    }
}
