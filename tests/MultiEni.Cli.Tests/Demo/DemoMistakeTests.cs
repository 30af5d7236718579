using MultiEni.Cli.Demo;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>What a new user gets wrong first.</summary>
public sealed class DemoMistakeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("demo-");

    [Theory]
    [InlineData("--speed", "fast", "--speed is 'fast'; it must be a number above 0 and at most 1000")]
    [InlineData("--speed", "0", "--speed is '0'")]
    [InlineData("--nodes", "many", "--nodes is 'many'; it must be a number from 1 to 500")]
    [InlineData("--nodes", "0", "--nodes is '0'")]
    public async Task A_number_that_is_none_is_told_what_is_allowed(string option, string value, string said)
    {
        var run = await CommandRun.Of("demo", option, value);

        Assert.Equal(2, run.Code);
        Assert.Contains(said, run.Error);
    }

    [Theory]
    [InlineData("a: [b\n", "is not YAML: line 2")]
    [InlineData("", "contains no document")]
    [InlineData("kind: Deployment\nmetadata: {name: x}\n", "the demo applies NodeENIs and Pods, not Deployment (x)")]
    [InlineData("kind: NodeENI\nspec: {}\n", "has no metadata.name")]
    public async Task A_manifest_that_cannot_be_applied_is_told_before_anything_starts(string manifest, string said)
    {
        var path = Path.Combine(_folder.FullName, "manifest.yaml");
        await File.WriteAllTextAsync(path, manifest, TestContext.Current.CancellationToken);

        var run = await CommandRun.Of("demo", "--manifest", path);

        Assert.Equal(1, run.Code);
        Assert.Contains(said, run.Output);
        Assert.DoesNotContain("logs are in", run.Output);
        Assert.DoesNotContain("== Start a cluster", run.Output);
    }

    [Fact]
    public async Task Programs_that_are_missing_are_told_before_anything_starts()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "eni-controller"), "", TestContext.Current.CancellationToken);

        var run = await CommandRun.Of("demo", "--binaries", _folder.FullName);

        Assert.Equal(1, run.Code);
        Assert.Contains(
            $"eni-manager is not in {_folder.FullName}, the folder of --binaries: publish it there with eng/publish.sh {_folder.FullName}",
            run.Output
        );
        Assert.DoesNotContain("== Start a cluster", run.Output);
    }

    [Fact]
    public void The_plugin_alone_says_that_the_demo_needs_a_checkout_or_published_programs()
    {
        var failure = Assert.Throws<DemoException>(() => Programs.Check(null, _folder.FullName));

        Assert.Contains($"eni-controller is not in {_folder.FullName}, where this program is", failure.Message);
        Assert.Contains("Run ./demo in a checkout of the repository", failure.Message);
        Assert.Contains("--binaries FOLDER", failure.Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
