namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>An object or map.</summary>
internal abstract class CelMap
{
    /// <summary>As <c>{}</c> writes it.</summary>
    public static readonly CelMap Empty = new NoEntries();

    public abstract int Count { get; }

    public abstract IEnumerable<string> Keys { get; }

    public abstract bool TryGet(string key, out object? value);

    /// <summary>Whether a key is there, which need not be so of one that has a value.</summary>
    public virtual bool Contains(string key) => TryGet(key, out _);

    private sealed class NoEntries : CelMap
    {
        public override int Count => 0;

        public override IEnumerable<string> Keys => [];

        public override bool TryGet(string key, out object? value)
        {
            value = null;
            return false;
        }
    }
}
