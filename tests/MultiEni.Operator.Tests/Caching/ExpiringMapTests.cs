using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Caching;

namespace MultiEni.Operator.Tests.Caching;

public sealed class ExpiringMapTests
{
    private readonly FakeTimeProvider time = new();
    private readonly ExpiringMap<int, string> map;

    public ExpiringMapTests() => map = new(time);

    [Fact]
    public void A_value_counts_for_its_lifetime_and_no_longer()
    {
        map.Set(1, "a", TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.True(map.TryGet(1, out var value));
        Assert.Equal("a", value);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(map.TryGet(1, out _));
    }

    [Fact]
    public void Setting_it_again_prolongs_it()
    {
        map.Set(1, "a", TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9));
        map.Set(1, "b", TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9));

        Assert.True(map.TryGet(1, out var value));
        Assert.Equal("b", value);
    }

    [Fact]
    public void No_value_is_dropped_before_its_time_and_the_map_holds_about_what_counts()
    {
        for (var i = 0; i < 100_000; i++)
        {
            map.Set(i, "a", TimeSpan.FromSeconds(500));
            Assert.True(map.TryGet(Math.Max(0, i - 499), out _));
            Assert.InRange(map.Count, 0, 1100);
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void What_is_removed_is_gone_and_the_rest_stays()
    {
        map.Set(1, "a", TimeSpan.FromSeconds(10));
        map.Set(2, "b", TimeSpan.FromSeconds(10));

        map.RemoveWhere((key, value) => key == 1 && value == "a");

        Assert.False(map.TryGet(1, out _));
        Assert.True(map.TryGet(2, out _));
    }
}
