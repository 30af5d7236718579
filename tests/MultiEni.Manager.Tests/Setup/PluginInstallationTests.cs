using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Setup;

namespace MultiEni.Manager.Tests.Setup;

public sealed class PluginInstallationTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public PluginInstallationTests() => Directory.CreateDirectory(Folder);

    private string Folder => _root.File("cni");

    private string Source => _root.File("eni-ipam");

    private string Target => Path.Combine(Folder, "eni-ipam");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_plugin_is_there_whole_and_may_be_run()
    {
        Put(Source, "1.2.0");
        File.WriteAllText(Path.Combine(Folder, ".eni-ipam.0123.tmp"), "of a run that was killed");
        Assert.Equal("", Run());
        Assert.Equal(File.ReadAllBytes(Source), File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("755", Convert.ToString((int)File.GetUnixFileMode(Target), 8));
        }
    }

    [Theory]
    [InlineData("1.2.0", "1.2.0", true)]
    [InlineData("1.1.9", "1.2.0", true)]
    [InlineData("1.2.1", "1.2.0", false)]
    [InlineData("1.10.0", "1.9.0", false)]
    [InlineData("1.9.0", "1.10.0", true)]
    [InlineData("1.2.0-rc.1", "1.2.0", true)]
    [InlineData("1.2.0", "1.2.0-rc.1", false)]
    [InlineData("1.2.0-rc.10", "1.2.0-rc.9", false)]
    [InlineData("1.2.0-rc.1", "1.2.0-rc.1.1", true)]
    [InlineData("1.2.0+a", "1.2.0+b", true)]
    public void An_older_plugin_never_takes_the_place_of_a_newer_one(string installed, string ours, bool replaced)
    {
        Put(Target, installed, "before");
        Put(Source, ours, "after");
        Assert.Equal("", Run());
        Assert.Equal(replaced, File.ReadAllText(Target).EndsWith("after", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_that_name_that_is_not_ours_stays_and_is_a_problem_that_is_noted()
    {
        Put(Source, "1.2.0");
        File.WriteAllText(Target, "#!/bin/sh");
        Assert.Contains("not of this project", Run(), StringComparison.Ordinal);
        Assert.Equal("#!/bin/sh", File.ReadAllText(Target));
        Assert.Contains("not of this project", Noted(), StringComparison.Ordinal);

        File.Delete(Target);
        Assert.Equal("", Run());
        Assert.Equal("", Noted());
    }

    [Fact]
    public void An_image_without_the_plugin_is_a_problem()
    {
        Assert.Contains("eng/build-images.sh", Run(), StringComparison.Ordinal);
        File.WriteAllText(Source, "no marker");
        Assert.Contains("eng/build-images.sh", Run(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_the_folder_and_a_setting_of_0_are_none()
    {
        Directory.Delete(Folder);
        Assert.Equal("", Run());
        Assert.Equal("", new PluginInstallation("", Source, _root.File("setup.json"), NullLogger.Instance).Run());
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_problem_with_the_systems_words()
    {
        Put(Source, "1.2.0");
        Directory.CreateDirectory(Target);
        Assert.Contains(Folder, Run(), StringComparison.Ordinal);
        Assert.NotEqual("", Noted());
    }

    [Fact]
    public void What_the_rest_of_the_setup_noted_stays_noted()
    {
        new SetupRecord { Problem = "no module", BootId = "b" }.Write(_root.File("setup.json"));
        Run();
        Assert.Equal(("no module", "b"), SetupRecord.Read(_root.File("setup.json")) is var noted ? (noted.Problem, noted.BootId) : default);
    }

    private string Run() => new PluginInstallation(Folder, Source, _root.File("setup.json"), NullLogger.Instance).Run();

    private string Noted() => SetupRecord.Read(_root.File("setup.json")).PluginProblem;

    // As the marker is in a binary: between other bytes.
    private static void Put(string path, string version, string rest = "") =>
        File.WriteAllBytes(path, [0x7f, .. "ELF\0"u8, 0xff, .. Encoding.UTF8.GetBytes($"{IpamPaths.VersionMarker}{version};{rest}")]);
}
