using System.Collections;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>An immutable list of expressions that compares by content.</summary>
public sealed class ExpressionList(params CelExpression[] items) : IReadOnlyList<CelExpression>, IEquatable<ExpressionList>
{
    /// <inheritdoc />
    public int Count => items.Length;

    /// <inheritdoc />
    public CelExpression this[int index] => items[index];

    /// <inheritdoc />
    public bool Equals(ExpressionList? other) => other is not null && items.AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ExpressionList);

    /// <inheritdoc />
    public override int GetHashCode() => items.Length;

    /// <inheritdoc />
    public IEnumerator<CelExpression> GetEnumerator() => ((IEnumerable<CelExpression>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    private ReadOnlySpan<CelExpression> AsSpan() => items;
}
