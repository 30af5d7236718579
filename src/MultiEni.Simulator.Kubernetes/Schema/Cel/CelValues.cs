namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A failure, which spreads through an expression as a value does.</summary>
/// <param name="Message">In the server's words; null for those that are not known here.</param>
internal sealed record CelError(string? Message)
{
    /// <summary>An operator or function met a value of a type that it does not take.</summary>
    public static readonly CelError NoSuchOverload = new((string?)null);

    public static CelError NoSuchKey(object? key) => new($"no such key: {key}");

    /// <summary>What the server says of it.</summary>
    /// <param name="source">The expression.</param>
    /// <exception cref="NotSimulatedException">That is not known here.</exception>
    public string Describe(string source) => Message ?? throw new NotSimulatedException($"a value of the wrong type in {GoText.Quote(source)}");
}

/// <summary>What <c>a.?b</c> yields.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static readonly CelOptional None = new(HasValue: false, null);
}

/// <summary>An object or map.</summary>
internal abstract class CelMap
{
    /// <summary>As <c>{}</c> writes it.</summary>
    public static readonly CelMap Empty = new NoEntries();

    public abstract int Count { get; }

    public abstract IEnumerable<string> Keys { get; }

    public abstract bool TryGet(string key, out object? value);

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

/// <summary>A list.</summary>
/// <param name="Items">What it holds.</param>
/// <param name="IsUnordered">Whether the order of the items says nothing.</param>
internal sealed record CelList(IReadOnlyList<object?> Items, bool IsUnordered = false)
{
    public bool Contains(object? item) => Items.Any(candidate => CelEquality.AreEqual(candidate, item));
}

/// <summary>The values that names have, the innermost first.</summary>
internal sealed record CelScope(string Name, object? Value, CelScope? Outer)
{
    public object? Find(string name) =>
        Name == name ? Value
        : Outer is null ? new CelError($"no such attribute(s): {name}")
        : Outer.Find(name);
}
