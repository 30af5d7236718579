namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// A value while a rule is evaluated. Failures are values too, because <c>false &amp;&amp; failure</c> is false and not a failure.
/// Equality here is identity of type and content; what <c>==</c> means in a rule is <see cref="CelEquality"/>.
/// </summary>
public readonly struct CelValue : IEquatable<CelValue>
{
    private readonly long bits;
    private readonly object? content;

    private CelValue(CelKind kind, long bits, object? content)
    {
        Kind = kind;
        this.bits = bits;
        this.content = content;
    }

    /// <summary>The null of a nullable field.</summary>
    public static CelValue Null => default;

    /// <summary>An optional without a value.</summary>
    public static CelValue None => new(CelKind.Optional, 0, null);

    /// <summary>The type.</summary>
    public CelKind Kind { get; }

    /// <summary>Whether the evaluation failed.</summary>
    public bool IsError => Kind == CelKind.Error;

    /// <summary>Whether this is the boolean true.</summary>
    public bool IsTrue => Kind == CelKind.Bool && bits != 0;

    /// <summary>Whether this is the boolean false.</summary>
    public bool IsFalse => Kind == CelKind.Bool && bits == 0;

    internal bool AsBool => bits != 0;

    internal long AsInt => bits;

    internal ulong AsUint => unchecked((ulong)bits);

    internal double AsDouble => BitConverter.Int64BitsToDouble(bits);

    internal string AsString => (string)content!;

    internal CelList AsList => (CelList)content!;

    internal CelMap AsMap => (CelMap)content!;

    /// <summary>The value inside an optional, or null.</summary>
    internal CelValue? AsOptional => content is CelValue value ? value : null;

    internal static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0, null);

    internal static CelValue Of(long value) => new(CelKind.Int, value, null);

    internal static CelValue Of(ulong value) => new(CelKind.Uint, unchecked((long)value), null);

    internal static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    internal static CelValue Of(string value) => new(CelKind.String, 0, value);

    internal static CelValue Of(CelList value) => new(CelKind.List, 0, value);

    internal static CelValue Of(CelMap value) => new(CelKind.Map, 0, value);

    internal static CelValue Timestamp(DateTimeOffset value) => new(CelKind.Timestamp, value.UtcTicks, null);

    internal static CelValue Duration(TimeSpan value) => new(CelKind.Duration, value.Ticks, null);

    internal static CelValue Some(CelValue value) => new(CelKind.Optional, 0, value);

    internal static CelValue Error(string reason) => new(CelKind.Error, 0, reason);

    /// <inheritdoc />
    public bool Equals(CelValue other) => Kind == other.Kind && bits == other.bits && Equals(content, other.content);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is CelValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Kind, bits, content);

    /// <summary>For people who debug a rule.</summary>
    public override string ToString() => Kind == CelKind.Error ? AsString : CelConversions.Describe(this);

    /// <summary>Same type and content.</summary>
    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    /// <summary>Other type or content.</summary>
    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);
}
