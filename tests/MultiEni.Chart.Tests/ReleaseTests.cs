using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace MultiEni.Chart.Tests;

/// <summary>Whether a commit can be released, and what the workflow of a release may do.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class ReleaseTests : IDisposable
{
    private static readonly string[] Stating =
    [
        "Directory.Build.props",
        "Dockerfile",
        "charts/aws-multi-eni-controller/Chart.yaml",
        "deploy/kustomization.yaml",
    ];

    private readonly DirectoryInfo _tree = Directory.CreateTempSubdirectory("release-");

    public ReleaseTests()
    {
        foreach (var file in (string[])[.. Stating, "CHANGELOG.md", "eng/release.sh", "eng/set-version.sh"])
        {
            Copy(file);
        }

        // Needs Helm, and nothing here is about the rendered manifest.
        Write("eng/render-manifests.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(At("eng/render-manifests.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _tree.Delete(recursive: true);

    [Fact]
    public async Task A_commit_with_its_version_everywhere_and_in_the_changelog_can_be_released()
    {
        await SetVersionAsync("7.8.9");
        Write("CHANGELOG.md", "# Changelog\n\n## [7.8.9] - 2030-01-01\n\n- Something.\n");
        await CommitAsync();

        var (code, output, error) = await CheckAsync("v7.8.9");

        Assert.True(code == 0, output + error);
    }

    [Theory]
    [InlineData("## [Unreleased]\n\n- Something.\n\n## [7.8.8]\n\n- Older.\n")]
    [InlineData("## [7.8.9]\n\n## [7.8.8]\n\n- Older.\n")]
    public async Task A_version_of_which_the_changelog_says_nothing_is_not_released(string changelog)
    {
        await SetVersionAsync("7.8.9");
        Write("CHANGELOG.md", changelog);
        await CommitAsync();

        var (code, _, error) = await CheckAsync("7.8.9");

        Assert.NotEqual(0, code);
        Assert.Contains("no section '## [7.8.9]'", error);
    }

    [Theory]
    [InlineData("Directory.Build.props")]
    [InlineData("Dockerfile")]
    [InlineData("charts/aws-multi-eni-controller/Chart.yaml")]
    [InlineData("deploy/kustomization.yaml")]
    public async Task A_file_that_states_another_version_stops_the_release(string file)
    {
        await SetVersionAsync("7.8.9");
        Write("CHANGELOG.md", "## [7.8.9]\n\n- Something.\n");
        Copy(file);
        await CommitAsync();

        var (code, _, error) = await CheckAsync("7.8.9");

        Assert.NotEqual(0, code);
        Assert.Contains(file, error);
    }

    [Fact]
    public async Task What_is_not_committed_is_not_released()
    {
        await SetVersionAsync("7.8.9");
        Write("CHANGELOG.md", "## [7.8.9]\n\n- Something.\n");
        await CommitAsync();
        Write("CHANGELOG.md", "## [7.8.9]\n\n- Something else.\n");

        var (code, _, error) = await CheckAsync("7.8.9");

        Assert.NotEqual(0, code);
        Assert.Contains("not committed", error);
    }

    [Fact]
    public void Every_action_of_the_workflow_has_its_version()
    {
        var actions = Actions().Matches(Repository.Read(".github", "workflows", "release.yml")).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(Pinned(), action));
        Assert.DoesNotMatch(Pinned(), "actions/checkout@v4");
    }

    [Fact]
    public void The_job_that_signs_and_writes_runs_nothing_of_the_tree()
    {
        var workflow = Repository.Read(".github", "workflows", "release.yml");
        var start = workflow.IndexOf("\n  publish:\n", StringComparison.Ordinal);

        Assert.True(start > 0);
        Assert.DoesNotContain(": write", workflow[..start]);
        Assert.Contains(": write", workflow[start..]);
        Assert.DoesNotContain("actions/checkout", workflow[start..]);
        Assert.DoesNotContain("eng/", workflow[start..]);
    }

    private string At(string file) => Path.Combine(_tree.FullName, file);

    private void Write(string file, string text) => File.WriteAllText(At(file), text);

    private void Copy(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
        File.Copy(Path.Combine(Repository.Root, file), At(file), overwrite: true);
    }

    private async Task SetVersionAsync(string version)
    {
        var (code, output, error) = await Repository.RunAsync(At("eng/set-version.sh"), [version]);
        Assert.True(code == 0, output + error);
    }

    private async Task CommitAsync()
    {
        foreach (
            var arguments in (string[][])
                [
                    ["init", "--quiet"],
                    ["add", "--all"],
                    ["-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--quiet", "--message", "m"],
                ]
        )
        {
            var (code, output, error) = await Repository.RunAsync("git", ["-C", _tree.FullName, .. arguments]);
            Assert.True(code == 0, output + error);
        }
    }

    private Task<(int Code, string Output, string Error)> CheckAsync(string version) =>
        Repository.RunAsync(At("eng/release.sh"), [version], new Dictionary<string, string>(StringComparer.Ordinal) { ["CHECK_ONLY"] = "yes" });

    [GeneratedRegex(@"^\s*(?:- )?uses: (?<action>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Actions();

    [GeneratedRegex(@"^[\w-]+/[\w-]+@v\d+\.\d+\.\d+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pinned();
}
