using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Operator.Configuration;

/// <summary>Durations as Go writes them: <c>30s</c>, <c>1h30m</c>, <c>250ms</c>.</summary>
public static class GoDuration
{
    /// <summary>Reads a duration.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration) =>
        throw new NotImplementedException();

    /// <summary>Writes a duration as Go does: <c>1h30m0s</c>, <c>250ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration) => throw new NotImplementedException();
}
