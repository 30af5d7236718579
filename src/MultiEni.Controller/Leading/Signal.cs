namespace MultiEni.Controller.Leading;

/// <summary>Something that happens again and again; whoever wants to know subscribes, in any order. Subscribers are called on the thread on which it happens and must not block.</summary>
/// <typeparam name="T">What happened.</typeparam>
internal sealed class Signal<T>
{
    private event Action<T>? Raised;

    /// <summary>Calls a subscriber until what is returned is disposed of.</summary>
    public IDisposable Subscribe(Action<T> subscriber)
    {
        Raised += subscriber;
        return new Subscription(() => Raised -= subscriber);
    }

    /// <summary>It has happened.</summary>
    public void Raise(T value) => Raised?.Invoke(value);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
