using System.Buffers;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The form of identifiers: a prefix and lower-case hexadecimal digits, 17 or, of old, 8.
/// </summary>
internal static class ResourceIds
{
    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    public static bool IsWellFormed(string prefix, string id) =>
        id.StartsWith(prefix, StringComparison.Ordinal)
        && id.Length - prefix.Length is 8 or 17
        && id.AsSpan(prefix.Length).IndexOfAnyExcept(_digits) < 0;

    /// <summary>Refuses an identifier of a wrong form with the code of its kind.</summary>
    public static string Check(string prefix, string id, string code) =>
        IsWellFormed(prefix, id) ? id : throw new Ec2Error(code, $"Invalid id: \"{id}\" (expecting \"{prefix}...\")");
}
