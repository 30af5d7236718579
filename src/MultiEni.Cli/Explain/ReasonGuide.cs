using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;

namespace MultiEni.Cli.Explain;

/// <summary>
/// All reasons with their meaning: the single source for <c>explain</c>, the remedies in
/// <c>doctor</c>, and docs/troubleshooting.md.
/// </summary>
internal sealed class ReasonGuide(IReadOnlyList<ReasonEntry> entries)
{
    private static readonly Lazy<ReasonGuide> Loaded = new(() => new ReasonGuide(ReasonParser.Parse(Read("reasons.md"))));

    /// <summary>The guide of this version of the product.</summary>
    public static ReasonGuide Current => Loaded.Value;

    /// <summary>Entries in display order.</summary>
    public IReadOnlyList<ReasonEntry> Entries => entries;

    /// <summary>The entry of a reason, case-insensitively; null if there is none.</summary>
    public ReasonEntry? Find(string reason) =>
        entries.FirstOrDefault(entry => string.Equals(entry.Reason, reason, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Suggestions for a mistyped reason <paramref name="text"/>, the closest first.
    /// </summary>
    public IReadOnlyList<string> Near(string text) =>
        [
            .. entries
                .Select(entry => (entry.Reason, Distance: Distance(entry, text)))
                .Where(near => near.Distance <= Math.Max(2, text.Length / 3))
                .OrderBy(near => near.Distance)
                .Take(5)
                .Select(near => near.Reason),
        ];

    /// <summary>An embedded text of the guide.</summary>
    public static string Read(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"explain/{name}")
            ?? throw new InvalidOperationException($"explain/{name} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static int Distance(ReasonEntry entry, string text)
    {
        var contained =
            entry.Reason.Contains(text, StringComparison.OrdinalIgnoreCase)
            || entry.Issue?.Contains(text, StringComparison.OrdinalIgnoreCase) == true
            || (text.Length >= 4 && entry.Reason.Length >= 4 && text.Contains(entry.Reason, StringComparison.OrdinalIgnoreCase));
        return contained ? 0
            : Words(entry.Reason).Intersect(Words(text), StringComparer.OrdinalIgnoreCase).Count() >= 2 ? 1
            : Edits(entry.Reason.ToUpperInvariant(), text.ToUpperInvariant());
    }

    // Splits DriverModuleMissing, driver-module-missing and "driver module missing" into words.
    private static string[] Words(string text) =>
        string.Concat(text.Select((letter, index) => index > 0 && char.IsUpper(letter) ? $" {letter}" : $"{letter}"))
            .Split([' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries);

    // Levenshtein.
    private static int Edits(string left, string right)
    {
        var above = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var row = 1; row <= left.Length; row++)
        {
            var current = new int[right.Length + 1];
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = above[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(above[column], current[column - 1]) + 1);
            }

            above = current;
        }

        return above[right.Length];
    }
}

/// <summary>Documentation of a reason.</summary>
/// <param name="Reason">The condition reason.</param>
/// <param name="Symptom">The symptom that users see; groups reasons.</param>
/// <param name="Meaning">What the reason means.</param>
/// <param name="Causes">Possible causes.</param>
/// <param name="Remedies">What to do, the most likely fix first.</param>
/// <param name="Issue">The name of the issue in the user guide, or null.</param>
internal sealed record ReasonEntry(
    string Reason,
    string Symptom,
    string Meaning,
    IReadOnlyList<string> Causes,
    IReadOnlyList<string> Remedies,
    string? Issue
)
{
    /// <summary>The symptom of reasons that are not problems.</summary>
    public const string NoSymptom = "Nothing is wrong";

    /// <summary>Whether the reason needs attention.</summary>
    [JsonIgnore]
    public bool IsTrouble => Symptom != NoSymptom;
}

/// <summary>Generates docs/troubleshooting.md from the guide.</summary>
internal static class TroubleshootingPage
{
    /// <summary>The whole page.</summary>
    public static string Write(ReasonGuide guide)
    {
        var page = new StringBuilder(ReasonGuide.Read("troubleshooting-head.md").TrimEnd()).Append("\n\n");
        page.Append("## Common DPDK problems\n\n| issue | reasons | first remedy |\n|---|---|---|\n");
        foreach (var issue in guide.Entries.Where(entry => entry.Issue is not null).GroupBy(entry => entry.Issue))
        {
            var reasons = string.Join(", ", issue.Select(entry => Link(entry.Reason)));
            page.Append($"| {issue.Key} | {reasons} | {issue.First().Remedies[0]} |\n");
        }

        page.Append("\n## By symptom\n\n");
        foreach (var symptom in guide.Entries.GroupBy(entry => entry.Symptom))
        {
            page.Append($"* **{symptom.Key}**: {string.Join(", ", symptom.Select(entry => Link(entry.Reason)))}\n");
        }

        foreach (var symptom in guide.Entries.GroupBy(entry => entry.Symptom))
        {
            page.Append($"\n## {symptom.Key}\n");
            foreach (var entry in symptom)
            {
                Section(page, entry);
            }
        }

        return page.ToString();
    }

    private static void Section(StringBuilder page, ReasonEntry entry)
    {
        page.Append($"\n### {entry.Reason}\n\n{entry.Meaning}\n");
        List(page, "Causes", entry.Causes);
        List(page, "Remedy", entry.Remedies);
    }

    private static void List(StringBuilder page, string title, IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            page.Append($"\n{title}:\n\n").AppendJoin("", items.Select(item => $"* {item}\n"));
        }
    }

    private static string Link(string reason) => $"[{reason}](#{reason.ToLowerInvariant()})";
}
