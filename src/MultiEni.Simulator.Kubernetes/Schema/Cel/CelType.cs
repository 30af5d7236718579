namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What is known of a value before it is there.</summary>
/// <param name="Kind">What it is.</param>
internal sealed record CelType(CelKind Kind)
{
    /// <summary>More characters or items than one request can carry.</summary>
    public const long Unbounded = 3 * 1024 * 1024;

    public static readonly CelType Dyn = new(CelKind.Dyn);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType String = new(CelKind.String);
    public static readonly CelType Quantity = new(CelKind.Quantity);
    public static readonly CelType Version = new(CelKind.Version);

    /// <summary>
    /// Of a list's items, a map's values or an optional's content; null for those of a list or map
    /// that is written empty.
    /// </summary>
    public CelType? Item { get; init; }

    /// <summary>Of an object's fields.</summary>
    public IReadOnlyDictionary<string, CelType> Fields { get; init; } = new Dictionary<string, CelType>();

    /// <summary>The most characters or items that it can have.</summary>
    public long Size { get; init; } = Unbounded;

    /// <summary>
    /// The most characters that the keys of a map can have, as the server reckons: it takes those
    /// of most maps to have none.
    /// </summary>
    public long KeySize { get; init; }

    /// <summary>Whether the order of the list's items says nothing.</summary>
    public bool IsUnordered { get; init; }

    /// <summary>The most characters and items that it can have at all depths.</summary>
    public double DeepSize =>
        Kind switch
        {
            CelKind.String or CelKind.Dyn => Size,
            CelKind.List or CelKind.Map => Size * (1 + (Item?.DeepSize ?? 0)),
            CelKind.Object => Fields.Values.Sum(static type => 1 + type.DeepSize),
            CelKind.Optional => Item?.DeepSize ?? 1,
            _ => 1,
        };

    public bool Is(CelKind kind) => Kind == kind || Kind == CelKind.Dyn;

    /// <summary>A list or map of these.</summary>
    public static CelType Of(CelKind kind, CelType? item, long size = Unbounded) => new(kind) { Item = item, Size = size };

    /// <summary>The type that values of both have; null when they have none.</summary>
    public static CelType? Join(CelType left, CelType right)
    {
        if (left.Kind == CelKind.Dyn || right.Kind == CelKind.Dyn)
        {
            return Dyn with { Size = Math.Max(left.Size, right.Size) };
        }

        if (left.Kind != right.Kind)
        {
            return (left.Kind, right.Kind) switch
            {
                (CelKind.Null, CelKind.Object) => right,
                (CelKind.Object, CelKind.Null) => left,
                _ => null,
            };
        }

        switch (left.Kind)
        {
            case CelKind.Object:
                return ReferenceEquals(left.Fields, right.Fields) ? left : null;
            case CelKind.List or CelKind.Map or CelKind.Optional:
                var item = left.Item is null || right.Item is null ? left.Item ?? right.Item : Join(left.Item, right.Item);
                var joined = left with { Item = item, Size = Math.Max(left.Size, right.Size) };
                return item is null && left.Item is not null ? null : joined;
            default:
                return left with { Size = Math.Max(left.Size, right.Size) };
        }
    }
}
