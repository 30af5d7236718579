namespace MultiEni.Controller.Leading;

/// <summary>
/// Something that happens again and again; whoever wants to know subscribes, in any order.
/// Subscribers are called on the thread on which it happens and must not block.
/// </summary>
/// <typeparam name="T">What happened.</typeparam>
internal sealed class Signal<T>
{
    private readonly Lock _gate = new();
    private volatile Action<T>[] _subscribers = [];

    /// <summary>Calls a subscriber until what is returned is disposed of.</summary>
    public IDisposable Subscribe(Action<T> subscriber)
    {
        lock (_gate)
        {
            _subscribers = [.. _subscribers, subscriber];
        }

        return new Subscription(() => Remove(subscriber));
    }

    /// <summary>It has happened.</summary>
    public void Raise(T value)
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber(value);
        }
    }

    private void Remove(Action<T> subscriber)
    {
        lock (_gate)
        {
            _subscribers = [.. _subscribers.Where(other => !ReferenceEquals(other, subscriber))];
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
