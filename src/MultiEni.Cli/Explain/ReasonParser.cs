namespace MultiEni.Cli.Explain;

/// <summary>
/// Parses <c>reasons.md</c>. Strict, so that a mistake fails a test instead of losing a remedy.
/// </summary>
internal static class ReasonParser
{
    /// <summary>The entries in the order of the file.</summary>
    /// <exception cref="FormatException">
    /// The text is malformed; the message has the line number.
    /// </exception>
    public static IReadOnlyList<ReasonEntry> Parse(string text)
    {
        var entries = new List<ReasonEntry>();
        var symptom = "";
        Draft? draft = null;
        var inComment = false;
        foreach (var (line, number) in text.Split('\n').Select((line, index) => (line.Trim(), index + 1)))
        {
            inComment |= line.StartsWith("<!--", StringComparison.Ordinal);
            if (inComment || line.Length == 0)
            {
                inComment &= !line.EndsWith("-->", StringComparison.Ordinal);
                continue;
            }

            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                Finish(draft, entries);
                draft = null;
                symptom = line[2..];
            }
            else if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                Finish(draft, entries);
                draft = new Draft(line[3..], symptom.Length > 0 ? symptom : throw Wrong(number, "a reason before the first symptom (# ...)"), number);
            }
            else
            {
                (draft ?? throw Wrong(number, "text outside of a reason (## ...)")).Add(line, number);
            }
        }

        Finish(draft, entries);
        return entries;
    }

    private static void Finish(Draft? draft, List<ReasonEntry> entries)
    {
        if (draft is null)
        {
            return;
        }

        var entry = draft.Finish();
        if (entries.Exists(other => other.Reason == entry.Reason))
        {
            throw Wrong(draft.Line, $"a second section for {entry.Reason}");
        }

        entries.Add(entry);
    }

    private static FormatException Wrong(int line, string what) => new($"reasons.md, line {line}: {what}");

    private sealed class Draft(string reason, string symptom, int line)
    {
        private readonly List<string> _meaning = [];
        private readonly List<string> _causes = [];
        private readonly List<string> _remedies = [];
        private List<string>? _list;
        private string? _issue;

        public int Line => line;

        public void Add(string text, int number)
        {
            switch (text)
            {
                case "Causes":
                    _list = _causes;
                    break;
                case "Remedy":
                    _list = _remedies;
                    break;
                case var item when item.StartsWith("- ", StringComparison.Ordinal):
                    (_list ?? throw Wrong(number, "an item outside of Causes and Remedy")).Add(item[2..]);
                    break;
                case var named when named.StartsWith("Issue: ", StringComparison.Ordinal):
                    _issue = named["Issue: ".Length..];
                    break;
                default:
                    if (_list is not null)
                    {
                        throw Wrong(number, "text after Causes or Remedy that is no item (- ...)");
                    }

                    _meaning.Add(text);
                    break;
            }
        }

        public ReasonEntry Finish()
        {
            var entry = new ReasonEntry(reason, symptom, string.Join(' ', _meaning), _causes, _remedies, _issue);
            if (entry.Meaning.Length == 0)
            {
                throw Wrong(line, $"{reason} has no meaning");
            }

            return entry.IsTrouble && (_causes.Count == 0 || _remedies.Count == 0) ? throw Wrong(line, $"{reason} needs Causes and Remedy") : entry;
        }
    }
}
