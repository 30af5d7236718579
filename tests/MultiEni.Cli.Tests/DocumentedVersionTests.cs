using System.Text.RegularExpressions;

namespace MultiEni.Cli.Tests;

/// <summary>
/// Documents do not state the version, which the next release would make wrong. 1.2.3 stands for
/// any.
/// </summary>
public partial class DocumentedVersionTests
{
    private const string Any = "1.2.3";

    [Fact]
    public void No_document_states_a_version_that_a_release_would_have_to_change()
    {
        var current = CurrentVersion().Match(RepositoryFile.Read("Directory.Build.props")).Groups["version"].Value;
        Assert.NotEmpty(current);
        var stale =
            from path in Documents()
            from line in File.ReadLines(path).Select((text, number) => (Text: text, Number: number + 1))
            where (current != Any && States(line.Text, current)) || OurVersion().Matches(line.Text).Any(found => found.Groups["version"].Value != Any)
            select $"{Path.GetRelativePath(RepositoryFile.Root, path)}:{line.Number}: {line.Text.Trim()}";

        Assert.Empty(stale);
    }

    [Theory]
    [InlineData("eng/build-images.sh REPOSITORY 0.1.0 --push", "0.1.0")]
    [InlineData("docker://REPOSITORY/eni-manager:0.2.0-rc.1", "0.2.0")]
    [InlineData("REGISTRY/charts/aws-multi-eni-controller:1.2.3", "1.2.3")]
    [InlineData("eng/set-version.sh 1.2.3", "1.2.3")]
    public void A_version_of_ours_is_found(string line, string version) => Assert.Equal(version, OurVersion().Match(line).Groups["version"].Value);

    private static bool States(string line, string version) =>
        Regex.IsMatch(line, $@"(?<![\d.]){Regex.Escape(version)}(?![\d.]*\d)", RegexOptions.None, TimeSpan.FromSeconds(1));

    // The changelog is about versions.
    private static IEnumerable<string> Documents() =>
        Directory
            .EnumerateFiles(Path.Combine(RepositoryFile.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryFile.Root, "charts"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(RepositoryFile.Root, "*.md").Where(path => Path.GetFileName(path) != "CHANGELOG.md"));

    [GeneratedRegex("<VersionPrefix>(?<version>.*)</VersionPrefix>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CurrentVersion();

    [GeneratedRegex(
        @"(eng/(build-images\.sh \S+|set-version\.sh|release\.sh) |(eni-controller|eni-manager|eni-ipam|kubectl-eni)[:-])v?(?<version>\d+\.\d+\.\d+)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex OurVersion();
}
