using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Controller.Telemetry;
using MultiEni.Manager.Counters;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Documents;

/// <summary>
/// A document cannot drift: its links lead somewhere, its YAML is accepted, its values exist, its
/// commands run.
/// </summary>
public partial class DocumentTests
{
    private const string NetworkAttachmentDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: network-attachment-definitions.k8s.cni.cncf.io
        spec:
          group: k8s.cni.cncf.io
          scope: Namespaced
          names:
            kind: NetworkAttachmentDefinition
            plural: network-attachment-definitions
            singular: network-attachment-definition
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      config:
                        type: string
        """;

    [Fact]
    public void Every_link_leads_to_a_page_and_a_heading_that_exist()
    {
        var broken = new List<string>();
        foreach (var page in Page.All)
        {
            foreach (var link in page.Links)
            {
                var (file, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, "");
                var path =
                    file.Length == 0 ? page.Path : Path.GetRelativePath(Page.Root, Path.Combine(Page.Root, Path.GetDirectoryName(page.Path)!, file));
                var target = Page.All.FirstOrDefault(other => other.Path == path);
                if (!Path.Exists(Path.Combine(Page.Root, path)) || (anchor.Length > 0 && target?.Anchors.Contains(anchor) != true))
                {
                    broken.Add($"{page.Path}: {link}");
                }
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public async Task Every_manifest_is_accepted_as_it_stands()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false });
        foreach (var definition in (string[])[NetworkAttachmentDefinition, KarpenterDefinitions.NodeOverlay, KarpenterDefinitions.NodePool])
        {
            await stage.ApplyAsync(definition);
        }

        var applied = 0;
        foreach (
            var (page, text) in Page.All.SelectMany(page => page.Blocks.Where(block => block.Info == "yaml").Select(block => (page, block.Text)))
        )
        {
            try
            {
                await stage.ApplyAsync(text);
                applied++;
            }
            catch (Exception refused) when (refused is RefusedException or FormatException or ArgumentException)
            {
                Assert.Fail($"{page.Path}: {refused.Message}\n{text}");
            }
        }

        Assert.True(applied >= 8, $"only {applied} manifests were found");
    }

    [Fact]
    public void Every_value_of_the_chart_that_a_page_sets_exists()
    {
        var values = YamlDocuments.Parse(File.ReadAllText(Path.Combine(Page.Root, "charts/aws-multi-eni-controller/values.yaml"))).Single();
        var unknown = new List<string>();
        foreach (
            var (page, text) in Page.All.SelectMany(page => page.Blocks.Where(block => block.Info == "yaml helm").Select(block => (page, block.Text)))
        )
        {
            Compare(YamlDocuments.Parse(text).Single(), values, page.Path, unknown);
        }

        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_block_of_code_ends_where_it_should() =>
        Assert.Empty(
            Page.All.Where(page =>
                    page.Text.Split('\n').Any(line => line.Contains("```") && !line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                )
                .Concat(
                    Page.All.Where(page => page.Text.Split('\n').Count(line => line.TrimStart().StartsWith("```", StringComparison.Ordinal)) % 2 != 0)
                )
                .Select(page => page.Path)
        );

    [Fact]
    public void Blocks_of_YAML_say_what_they_are_for() =>
        Assert.Empty(
            Page.All.SelectMany(page =>
                page.Blocks.Where(block =>
                        block.Info.StartsWith("yaml", StringComparison.Ordinal) && block.Info is not ("yaml" or "yaml helm" or "yaml fragment")
                    )
                    .Select(block => $"{page.Path}: {block.Info}")
            )
        );

    [Fact]
    public void Fragments_are_YAML()
    {
        foreach (
            var (page, text) in Page.All.SelectMany(page =>
                page.Blocks.Where(block => block.Info == "yaml fragment").Select(block => (page, block.Text))
            )
        )
        {
            Assert.True(YamlDocuments.Parse(text).Count == 1, page.Path);
        }
    }

    [Fact]
    public void Every_metric_and_every_event_that_the_programs_have_stands_on_the_page_and_no_other()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Page.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var text = Page.All.Single(page => page.Path == "docs/metrics.md").Text;
        var instruments = sources
            .SelectMany(source => Instrument().Matches(source))
            .Select(match => match.Groups["name"].Value)
            .Concat(EniMetric.All.Select(metric => metric.Name));
        var events = typeof(Events).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(
            instruments.Concat(events).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            FirstCell().Matches(text).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Every_command_that_only_looks_runs_on_a_cluster_where_the_samples_are_applied()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Stories.Manifests.NodeEni("multus", "secondaryPrivateIPCount: 2"));
        await stage.ApplyAsync(Stories.Manifests.NodeEni("second-interface", "deviceIndex: 3"));
        await stage.UntilReadyAsync("multus", 1);
        var kubectl = (await RunAsync(Path.Combine(Page.Root, "eng/get-kubectl.sh"), [], stage)).Trim();
        var commands = Page
            .All.SelectMany(page => page.Blocks.Where(block => block.Info.Length == 0).SelectMany(block => block.Text.Split('\n')))
            .Select(line => line.Trim())
            .Where(line =>
                line.StartsWith("kubectl get ", StringComparison.Ordinal) || line.StartsWith("kubectl describe ", StringComparison.Ordinal)
            )
            .Select(line => line.Split(" #")[0].Replace("NAME", "multus"))
            .Where(line => !line.Contains('<') && !line.Contains('$'))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(commands.Count >= 4, $"only {commands.Count} commands were found");
        foreach (var command in commands.Where(command => !command.Contains('|')))
        {
            await RunAsync(kubectl, command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..], stage);
        }
    }

    private static void Compare(JsonObject set, JsonObject known, string path, List<string> unknown)
    {
        foreach (var (key, value) in set)
        {
            if (!known.TryGetPropertyValue(key, out var there))
            {
                unknown.Add($"{path}: {key}");
            }
            else if (value is JsonObject inner && there is JsonObject { Count: > 0 } knownInner)
            {
                Compare(inner, knownInner, $"{path}: {key}", unknown);
            }
        }
    }

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, Stage stage)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = stage.Cluster.KubeconfigPath;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Stage.Stop);
        var error = process.StandardError.ReadToEndAsync(Stage.Stop);
        await process.WaitForExitAsync(Stage.Stop);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return await output;
    }

    [GeneratedRegex(
        @"Create(Counter|Histogram|Gauge|UpDownCounter|Observable[A-Za-z]+)(<[^>]+>)?\(\s*""(?<name>[a-z0-9_]+)""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^\| `(?<name>[A-Za-z0-9_]+)`", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex FirstCell();
}
