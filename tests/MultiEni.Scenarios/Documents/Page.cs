using System.Text.RegularExpressions;

namespace MultiEni.Scenarios.Documents;

/// <summary>
/// A Markdown page of the repository as a reader sees it: blocks of code, headings and links.
/// </summary>
internal sealed partial record Page(string Path, string Text)
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Every page: those at the root, such as README and CONTRIBUTING, and docs with its folders.
    /// </summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory
            .EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(System.IO.Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(path => new Page(System.IO.Path.GetRelativePath(Root, path), File.ReadAllText(path))),
    ];

    /// <summary>Fenced blocks: what stands behind the fence, and the text.</summary>
    public IEnumerable<(string Info, string Text)> Blocks =>
        Fence().Matches(Text).Select(match => (match.Groups["info"].Value.Trim(), Undented(match)));

    /// <summary>Links to places in the repository.</summary>
    public IEnumerable<string> Links =>
        Link().Matches(Fence().Replace(Text, "")).Select(match => match.Groups["target"].Value).Where(target => !target.Contains("://"));

    /// <summary>Anchors as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors =>
        Heading()
            .Matches(Fence().Replace(Text, ""))
            .Select(match => Unspoken().Replace(match.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
            .ToHashSet(StringComparer.Ordinal);

    public override string ToString() => Path;

    private static string Undented(Match match)
    {
        var indent = match.Groups["indent"].Value;
        return string.Join(
            '\n',
            match.Groups["text"].Value.Split('\n').Select(line => line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line)
        );
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "MultiEni.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run within the repository");
        }

        return folder.FullName;
    }

    [GeneratedRegex(
        @"^(?<indent> *)```(?<info>[^\n]*)\n(?<text>.*?)^ *```",
        RegexOptions.Multiline | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<title>.*)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Unspoken();
}
