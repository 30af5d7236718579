using MultiEni.Simulator.Kubernetes.Yaml;
using MultiEni.Simulator.Tests.Kubernetes;

namespace MultiEni.Chart.Tests;

/// <summary>A real helm, version 3 or 4, on the chart.</summary>
internal sealed class Helm(int major)
{
    /// <summary>Where the images are, which the chart does not know by itself.</summary>
    public const string Images = "image.repository=\"r.example/multi-eni\"";

    private static readonly Dictionary<int, Lazy<Task<string>>> Programs = new() { [3] = new(() => FetchAsync(3)), [4] = new(() => FetchAsync(4)) };

    public static Helm V3 { get; } = new(3);

    public static Helm V4 { get; } = new(4);

    public static Helm Of(int major) => major == 3 ? V3 : V4;

    /// <summary>A command on a cluster.</summary>
    /// <param name="kubectl">Whose kubeconfig is used.</param>
    /// <param name="arguments">The command's words; <c>CHART</c> stands for the chart.</param>
    public async Task<(int Code, string Output, string Error)> TryAsync(Kubectl kubectl, string arguments)
    {
        var home = Path.GetDirectoryName(kubectl.Kubeconfig)!;
        return await Repository.RunAsync(
            await Programs[major].Value,
            arguments.Split(' ').Select(word => word == "CHART" ? Repository.Chart : word),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["KUBECONFIG"] = kubectl.Kubeconfig, ["HOME"] = home }
        );
    }

    /// <summary>The output of a command that succeeds.</summary>
    public async Task<string> RunAsync(Kubectl kubectl, string arguments)
    {
        var (code, output, error) = await TryAsync(kubectl, arguments);
        Assert.True(code == 0, $"helm {major} {arguments}: {error}{output}");
        return output;
    }

    /// <summary>The error of a command that fails.</summary>
    public async Task<string> FailAsync(Kubectl kubectl, string arguments)
    {
        var (code, output, error) = await TryAsync(kubectl, arguments);
        Assert.True(code != 0, $"helm {major} {arguments} succeeded: {output}");
        return error;
    }

    /// <summary>
    /// The objects that the chart makes of these values (<c>--set</c> expressions).
    /// </summary>
    public async Task<Rendered> TemplateAsync(params string[] values)
    {
        var (code, output, error) = await TryTemplateAsync(values);
        Assert.True(code == 0, $"helm {major} template {string.Join(' ', values)}: {error}");
        return new Rendered(YamlDocuments.Parse(output));
    }

    /// <summary>What the chart says to values that it refuses.</summary>
    public async Task<string> RefusalAsync(params string[] values)
    {
        var (code, output, error) = await TryTemplateAsync(values);
        Assert.True(code != 0, $"helm {major} template {string.Join(' ', values)} was not refused: {output[..Math.Min(200, output.Length)]}");
        return error;
    }

    public async Task<(int Code, string Output)> LintAsync(params string[] values)
    {
        var (code, output, error) = await RunAsync(["lint", "--strict", Repository.Chart, .. Set(values)]);
        return (code, output + error);
    }

    public async Task<string> PackageAsync(string folder)
    {
        var (code, output, error) = await RunAsync(["package", Repository.Chart, "--destination", folder]);
        Assert.True(code == 0, error);
        return output.Trim().Split(' ')[^1];
    }

    private Task<(int Code, string Output, string Error)> TryTemplateAsync(string[] values) =>
        RunAsync(["template", "test", Repository.Chart, "--namespace", "eni-controller-system", .. Set(values)]);

    // "--..." are arguments for helm itself.
    private static IEnumerable<string> Set(string[] values) =>
        values.Prepend(Images).SelectMany(value => value.StartsWith("--", StringComparison.Ordinal) ? value.Split('=', 2) : ["--set-json", value]);

    private async Task<(int Code, string Output, string Error)> RunAsync(IEnumerable<string> arguments) =>
        await Repository.RunAsync(await Programs[major].Value, arguments);

    private static async Task<string> FetchAsync(int major)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HELM_MAJOR"] = $"{major}" };
        var (code, output, error) = await Repository.RunAsync(Path.Combine(Repository.Root, "eng", "get-helm.sh"), [], environment);
        Assert.True(code == 0, error);
        return output.Trim();
    }
}
