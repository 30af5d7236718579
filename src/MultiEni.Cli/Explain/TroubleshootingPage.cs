using System.Text;

namespace MultiEni.Cli.Explain;

/// <summary>Makes docs/troubleshooting.md out of the guide.</summary>
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
