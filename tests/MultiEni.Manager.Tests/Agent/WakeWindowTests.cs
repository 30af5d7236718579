using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;

namespace MultiEni.Manager.Tests.Agent;

public sealed class WakeWindowTests
{
    [Fact]
    public void The_first_announcement_wakes_at_once_and_a_thousand_a_second_wake_five_times_a_second()
    {
        var time = new FakeTimeProvider();
        var wakes = 0;
        using var window = new WakeWindow(() => wakes++, time);

        window.Signal();
        Assert.Equal(1, wakes);
        for (var millisecond = 0; millisecond < 10_000; millisecond++)
        {
            window.Signal();
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        // 10, 20, 40, 80, 160, and then one each 200 ms.
        Assert.InRange(wakes, 50, 56);
    }

    [Fact]
    public void What_comes_in_the_window_is_looked_at_when_it_ends_and_after_quiet_the_next_wakes_at_once_again()
    {
        var time = new FakeTimeProvider();
        var wakes = 0;
        using var window = new WakeWindow(() => wakes++, time);

        window.Signal();
        window.Signal();
        Assert.Equal(1, wakes);
        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(2, wakes);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, wakes);

        window.Signal();
        Assert.Equal(3, wakes);
    }
}
