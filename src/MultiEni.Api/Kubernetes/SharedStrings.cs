namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Remembers short strings that came by lately, so that what thousands of objects say alike (label keys, zones, subnets, reasons) is in memory once.
/// </summary>
/// <remarks>Safe for concurrent use, without locks: of a string that two threads bring at the same moment there may be two copies, which harms nobody.</remarks>
public sealed class SharedStrings
{
    /// <summary>Longer strings are messages and the like, which rarely repeat.</summary>
    public const int Longest = 128;

    // A string that is in the way of another one is forgotten. What repeats is back with its next appearance, so it costs a copy now and then.
    private const int Places = 2048;

    private readonly string?[] _places = new string?[Places];

    /// <summary>Those of this process.</summary>
    public static SharedStrings Default { get; } = new();

    /// <summary>A string with this text: one that was handed out before, if it is remembered.</summary>
    public string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
        {
            return new string(text);
        }

        ref var place = ref PlaceOf(text);
        return place is { } known && text.SequenceEqual(known) ? known : place = new string(text);
    }

    /// <summary>This string, or an equal one that was handed out before.</summary>
    public string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest)
        {
            return text;
        }

        ref var place = ref PlaceOf(text);
        return place is { } known && known == text ? known : place = text;
    }

    private ref string? PlaceOf(ReadOnlySpan<char> text) => ref _places[(uint)string.GetHashCode(text, StringComparison.Ordinal) % Places];
}
