namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

// A value is null, a bool, a long, a double, a string, or one of these.

/// <summary>A failure, which spreads through an expression as a value does.</summary>
internal sealed record CelError(string Message)
{
    public static readonly CelError NoSuchOverload = new("no such overload");

    public static CelError NoSuchKey(object? key) => new($"no such key: {key}");
}

/// <summary>What <c>a.?b</c> yields.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static readonly CelOptional None = new(HasValue: false, null);
}

/// <summary>A list.</summary>
internal abstract class CelList
{
    public abstract int Count { get; }

    public abstract object? this[int index] { get; }

    /// <summary>Whether the order of the items says nothing.</summary>
    public virtual bool IsUnordered => false;
}

/// <summary>A list that an expression made.</summary>
internal sealed class ComputedList(IReadOnlyList<object?> items) : CelList
{
    public override int Count => items.Count;

    public override object? this[int index] => items[index];
}

/// <summary>An object or map.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<string> Keys { get; }

    public abstract bool TryGet(string key, out object? value);
}

/// <summary>A map that an expression made, or a set of variables.</summary>
internal sealed class ComputedMap(IReadOnlyDictionary<string, object?> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<string> Keys => entries.Keys;

    public override bool TryGet(string key, out object? value) => entries.TryGetValue(key, out value);
}
