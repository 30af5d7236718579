namespace MultiEni.Conformance;

/// <summary>What became of one case.</summary>
/// <param name="Case">Such as <c>objects/create</c>.</param>
/// <param name="Differences">Empty when all answers are as recorded.</param>
/// <param name="NotSupported">
/// What the simulator said that it does not do; null when it did everything.
/// </param>
internal sealed record Replayed(string Case, IReadOnlyList<Difference> Differences, string? NotSupported)
{
    /// <summary>Such as <c>70 cases, 0 differences, 4 not supported</c>.</summary>
    public static string Count(IReadOnlyCollection<Replayed> results) =>
        $"{results.Count} cases, {results.Count(static result => result.Differences.Count > 0)} differences, "
        + $"{results.Count(static result => result.NotSupported is not null)} not supported";
}
