using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MultiEni.Chart.Tests;

/// <summary>
/// What can be said of the images without building them; tests/image/run runs the programs in their
/// packages.
/// </summary>
public partial class ImageTests
{
    private static string Dockerfile { get; } = Repository.Read("Dockerfile");

    [Fact]
    [Trait("speed", "slow")]
    public async Task The_linter_has_no_complaint_of_the_Dockerfile_and_sees_one_in_a_broken_copy()
    {
        var broken = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            broken,
            Dockerfile.Replace("EXPOSE 8080", "EXPOSE http", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );

        var (code, output, error) = await LintAsync(Path.Combine(Repository.Root, "Dockerfile"));
        Assert.True(code == 0, output + error);
        (code, output, _) = await LintAsync(broken);
        Assert.NotEqual(0, code);
        Assert.Contains("containerPort", output);
    }

    [Theory]
    [InlineData("controller", "USER 1000:1000", "ENTRYPOINT [\"/usr/bin/eni-controller\"]")]
    [InlineData("manager", "USER 0:0", "ENTRYPOINT [\"/usr/bin/eni-manager\"]")]
    public void An_image_runs_its_program_as_its_user(string target, string user, string entryPoint)
    {
        var stage = Stage(target);

        Assert.Contains(user, stage);
        Assert.Contains(entryPoint, stage);
    }

    [Fact]
    public void Every_command_of_the_Dockerfile_is_understood_by_the_shell_that_every_builder_has()
    {
        // podman builds in the OCI format, which has no SHELL: commands go to /bin/sh.
        Assert.DoesNotContain("SHELL", Dockerfile);
        Assert.DoesNotMatch(BashOnly(), Dockerfile);
        Assert.Matches(BashOnly(), "RUN RUNTIME=linux-${TARGETARCH/amd64/x64}");
    }

    [Fact]
    public void Images_of_other_registries_are_named_in_full_as_podman_asks_for()
    {
        var images = ImageArguments().Matches(Dockerfile).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Contains('.', image.Split('/')[0]));
    }

    [Theory]
    [SupportedOSPlatform("linux")]
    [InlineData("linux-amd64", "linux-x64")]
    [InlineData("linux-arm64", "linux-arm64")]
    public async Task The_images_have_their_programs_compiled_for_their_architecture(string platform, string runtime)
    {
        var command = Command().Match(Dockerfile).Groups[1].Value;
        var folder = Directory.CreateTempSubdirectory("publish-");
        // Stands in for dotnet, and tells what it is asked for.
        var dotnet = Path.Combine(folder.FullName, "dotnet");
        await File.WriteAllTextAsync(
            dotnet,
            """
            #!/bin/bash
            echo "dotnet $*"
            while [ $# -gt 0 ]; do [ "$1" != --output ] || output=$2; shift; done
            mkdir -p "$output/notices"; touch "$output/notices/dotnet.txt"; touch "$output/eni-controller" "$output/eni-manager"; echo "aws-multi-eni-controller eni-ipam version 0" >"$output/eni-ipam"
            """,
            TestContext.Current.CancellationToken
        );
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var script = Path.Combine(folder.FullName, "eng", "publish.sh");
        Directory.CreateDirectory(Path.GetDirectoryName(script)!);
        File.Copy(Path.Combine(Repository.Root, "eng", "publish.sh"), script);

        var (code, output, error) = await Repository.RunAsync(
            "/bin/sh",
            [
                "-c",
                $"cd {folder.FullName}; {command.Replace("${TARGETARCH}", platform["linux-".Length..], StringComparison.Ordinal).Replace("/out", "out", StringComparison.Ordinal)}",
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = $"{folder.FullName}:/usr/bin:/bin" }
        );

        Assert.True(code == 0, error);
        var published = output.Split('\n').Where(line => line.StartsWith("dotnet publish", StringComparison.Ordinal)).ToList();
        Assert.Equal(["src/MultiEni.Controller", "src/MultiEni.Manager", "src/MultiEni.Ipam"], published.Select(line => line.Split(' ')[2]));
        Assert.All(published, line => Assert.Contains($"--runtime {runtime} ", line));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_chart_runs_the_controller_as_the_images_user()
    {
        var pod = Rendered.PodOf((await Helm.V4.TemplateAsync()).Controller);

        Assert.Equal("1000", pod["securityContext"]!["runAsUser"]!.ToJsonString());
    }

    [Fact]
    public void The_managers_image_has_what_binding_and_loading_modules_need()
    {
        var packages = Packages().Match(Stage("manager")).Groups[1].Value.Split(' ');

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "dpdk", "iproute2", "kmod", "pciutils" },
            packages.ToHashSet(StringComparer.Ordinal)
        );
        Assert.Contains("/opt/dpdk/dpdk-devbind.py", Stage("manager"));
    }

    [Fact]
    public void The_CNI_plugin_lies_beside_the_manager_from_where_the_setup_copies_it() =>
        Assert.Contains("COPY --from=build /out/eni-manager /out/eni-ipam /usr/bin/\n", Stage("manager"));

    [Fact]
    public void Every_package_that_is_compiled_in_is_named_in_the_notices()
    {
        var notices = Repository.Read("THIRD-PARTY-NOTICES.md");
        var packages = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => XDocument.Load(project).Descendants("PackageReference"))
            .Where(reference => !string.Equals(reference.Attribute("PrivateAssets")?.Value, "all", StringComparison.OrdinalIgnoreCase))
            .Select(reference => reference.Attribute("Include")!.Value)
            .ToList();

        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Contains(package, notices));
        Assert.Contains("COPY LICENSE THIRD-PARTY-NOTICES.md", Dockerfile);
    }

    [Fact]
    public void There_is_one_version()
    {
        var version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("VersionPrefix").Single().Value;

        Assert.Contains($"appVersion: {version}\n", Repository.Read("charts", "aws-multi-eni-controller", "Chart.yaml"));
        Assert.Contains($"ARG VERSION={version}\n", Dockerfile);
        Assert.Equal(
            2,
            Regex.Count(
                Repository.Read("deploy", "kustomization.yaml"),
                $"newTag: {Regex.Escape(version)}\n",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            )
        );
    }

    [Fact]
    public void Every_alert_has_its_place_in_the_runbook()
    {
        var alerts = AlertNames()
            .Matches(Repository.Read("charts", "aws-multi-eni-controller", "files", "alerts", "alerts.yaml"))
            .Select(match => match.Groups[1].Value);
        var headings = Headings().Matches(Repository.Read("docs", "alerts.md")).Select(match => match.Groups[1].Value);

        Assert.Equal(alerts.Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
    }

    private static Task<(int Code, string Output, string Error)> LintAsync(string file) =>
        Repository.RunAsync(Path.Combine(Repository.Root, "eng", "lint-dockerfile.sh"), [file]);

    private static string Stage(string target)
    {
        var start = Dockerfile.IndexOf($" AS {target}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"there is no stage {target}");
        var end = Dockerfile.IndexOf("\nFROM ", start, StringComparison.Ordinal);
        return end < 0 ? Dockerfile[start..] : Dockerfile[start..end];
    }

    [GeneratedRegex("ARG MANAGER_PACKAGES=\"(?<packages>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Packages();

    // Substitution and substrings in ${}, [[ and arrays are Bash's own.
    [GeneratedRegex(@"\$\{\w+(//?|:\d|\^|,)|\[\[|pipefail|<\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BashOnly();

    [GeneratedRegex("^ARG [A-Z]+_IMAGE=(?<image>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ImageArguments();

    [GeneratedRegex("^RUN (?<command>.*eng/publish.sh.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex("^  - alert: (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertNames();

    [GeneratedRegex("^## (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Headings();
}
