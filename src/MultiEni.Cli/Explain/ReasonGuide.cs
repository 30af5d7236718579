using System.Reflection;

namespace MultiEni.Cli.Explain;

/// <summary>All reasons with their meaning. The one source of <c>explain</c>, of the remedies in <c>doctor</c>, and of docs/troubleshooting.md.</summary>
internal sealed class ReasonGuide(IReadOnlyList<ReasonEntry> entries)
{
    private static readonly Lazy<ReasonGuide> Loaded = new(() => new ReasonGuide(ReasonParser.Parse(Read("reasons.md"))));

    /// <summary>The guide of this version of the product.</summary>
    public static ReasonGuide Current => Loaded.Value;

    /// <summary>Entries in the order in which a reader should meet them.</summary>
    public IReadOnlyList<ReasonEntry> Entries => entries;

    /// <summary>The entry of a reason, however its letters are cased; null when there is none.</summary>
    public ReasonEntry? Find(string reason) =>
        entries.FirstOrDefault(entry => string.Equals(entry.Reason, reason, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reasons that somebody who wrote <paramref name="text"/> may have meant, the nearest first.</summary>
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

    // The words of DriverModuleMissing, of driver-module-missing and of driver module missing.
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
