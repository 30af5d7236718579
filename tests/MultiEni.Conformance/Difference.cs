namespace MultiEni.Conformance;

/// <summary>One place at which an answer is not the recorded one.</summary>
/// <param name="Step">The step of the case, from zero.</param>
/// <param name="Request">Method and path.</param>
/// <param name="At">Where in the answer, such as <c>.metadata.name</c>, or <c>status</c>.</param>
/// <param name="Expected">As recorded; null when nothing is expected there.</param>
/// <param name="Actual">As answered; null when nothing is there.</param>
internal sealed record Difference(int Step, string Request, string At, string? Expected, string? Actual)
{
    public override string ToString() => $"   step {Step} {Request} {At}\n      expected {Cut(Expected)}\n      actual   {Cut(Actual)}";

    private static string Cut(string? text) =>
        text is null ? "nothing"
        : text.Length < 1500 ? text
        : text[..1500] + "…";
}
