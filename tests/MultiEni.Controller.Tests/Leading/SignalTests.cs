using MultiEni.Controller.Leading;

namespace MultiEni.Controller.Tests.Leading;

public sealed class SignalTests
{
    [Fact]
    public void All_subscribers_are_called_until_they_end_their_subscription()
    {
        var signal = new Signal<int>();
        var (first, second) = (new List<int>(), new List<int>());
        signal.Raise(0);
        var subscription = signal.Subscribe(first.Add);
        using var other = signal.Subscribe(second.Add);

        signal.Raise(1);
        subscription.Dispose();
        signal.Raise(2);

        Assert.Equal([1], first);
        Assert.Equal([1, 2], second);
    }
}
