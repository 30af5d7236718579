using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary><c>a.b</c>, <c>a[b]</c> and their optional forms.</summary>
internal static class CelAccess
{
    /// <summary>What stands at a key or index.</summary>
    /// <param name="operand">Where to look.</param>
    /// <param name="key">The key or index.</param>
    /// <param name="isOptional">Whether it may be absent.</param>
    /// <param name="written">How the expression writes it, where that is another text.</param>
    public static object? Get(object? operand, object? key, bool isOptional, string? written = null)
    {
        if (operand is CelOptional optional)
        {
            return optional.HasValue ? Wrap(Find(optional.Value, key)) : CelOptional.None;
        }

        var found = Find(operand, key);
        return isOptional ? Wrap(found)
            : found is not Missing missing ? found
            : written is null ? missing.Error
            : CelError.NoSuchKey(written);
    }

    /// <summary>Whether there is a field.</summary>
    public static object Has(object? operand, string field) => operand is CelMap map && map.TryGet(field, out _);

    private static object? Wrap(object? found) =>
        found switch
        {
            Missing => CelOptional.None,
            CelError => found,
            _ => new CelOptional(HasValue: true, found),
        };

    private static object? Find(object? operand, object? key)
    {
        switch (operand, key)
        {
            case (CelMap map, string name) when map.TryGet(name, out var value):
                return value;
            case (CelList list, long or double):
                var at = Convert.ToDouble(key, CultureInfo.InvariantCulture);
                return at >= 0 && at < list.Count && Math.Floor(at) == at
                    ? list[(int)at]
                    : new Missing(new CelError($"index out of bounds: {at.ToString(CultureInfo.InvariantCulture)}"));
            case (CelList, _):
                return new CelError("unsupported index type 'string' in list");
            default:
                return new Missing(CelError.NoSuchKey(key));
        }
    }

    private sealed record Missing(CelError Error);
}
