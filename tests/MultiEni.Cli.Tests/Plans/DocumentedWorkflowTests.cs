using System.Diagnostics;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Tests.Plans;

/// <summary>
/// The workflow of docs/kubectl-eni.md: its commands are run in a repository, as a pull request of
/// it is checked out, with this program in place of the download.
/// </summary>
public sealed class DocumentedWorkflowTests : IDisposable
{
    private const string NodeEni = """
        apiVersion: networking.k8s.aws/v1alpha1
        kind: NodeENI
        metadata: {name: data}
        spec:
          nodeSelector: {ng: multi-eni}
          subnetIDs: [subnet-0a00000000000000a]
          securityGroupIDs: [sg-0a]
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("workflow-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_pull_request_is_planned_against_its_base()
    {
        var first = await CommitAsync(null);
        await CommitAsync(NodeEni);
        Assert.Contains("+ NodeENI data", (await WorkflowAsync(first)).Output, StringComparison.Ordinal);

        var second = await RevisionAsync();
        await CommitAsync(NodeEni.Replace("name: data", "name: renamed", StringComparison.Ordinal));
        var renamed = await WorkflowAsync(second);
        Assert.Contains("+ NodeENI renamed", renamed.Output, StringComparison.Ordinal);
        Assert.Contains("− NodeENI data", renamed.Output, StringComparison.Ordinal);

        await CommitAsync($"{NodeEni}\n  mtu: 70000");
        var refused = await WorkflowAsync(second);
        Assert.Contains("spec.mtu", refused.Output, StringComparison.Ordinal);
        Assert.Equal(2, refused.Code);

        // Not the same as a file that is new: nothing must pass unseen.
        Assert.Equal(1, (await WorkflowAsync("0123456789012345678901234567890123456789")).Code);
    }

    private async Task<(int Code, string Output)> WorkflowAsync(string @base)
    {
        var page = RepositoryFile.Read("docs/kubectl-eni.md");
        var start = page.IndexOf("on: pull_request\n", StringComparison.Ordinal);
        var workflow = YamlDocuments.Parse(page[start..page.IndexOf("```", start, StringComparison.Ordinal)]).Single();
        var commands = workflow["jobs"]!["plan"]!["steps"]!
            .AsArray()
            .Select(step => step!["run"]?.ToString())
            .OfType<string>()
            .Where(run => !run.Contains("gh release", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, commands.Count);
        foreach (var command in commands)
        {
            var step = await RunAsync(["bash", "-e", "-o", "pipefail", "-c", command], ("BASE", @base));
            if (step.Code != 0 || command == commands[^1])
            {
                return step;
            }
        }

        throw new InvalidOperationException("no command was run");
    }

    private async Task<string> CommitAsync(string? nodeEni)
    {
        var eni = Path.Combine(_folder.FullName, "eni");
        if (nodeEni is null)
        {
            await GitAsync("init", "--quiet");
            Directory.CreateDirectory(eni);
            foreach (var file in (string[])["nodes.yaml", "subnets.json"])
            {
                File.Copy(Path.Combine(RepositoryFile.Root, "deploy/samples/plan", file), Path.Combine(eni, file));
            }

            var program = Path.Combine(AppContext.BaseDirectory, "kubectl-eni");
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, "kubectl-eni"), program);
        }
        else
        {
            await File.WriteAllTextAsync(Path.Combine(eni, "nodeeni.yaml"), nodeEni, TestContext.Current.CancellationToken);
        }

        await GitAsync("add", "--all");
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "change");
        return await RevisionAsync();
    }

    private async Task<string> RevisionAsync() => (await GitAsync("rev-parse", "HEAD")).Trim();

    private async Task<string> GitAsync(params string[] arguments)
    {
        var git = await RunAsync(["git", .. arguments]);
        Assert.True(git.Code == 0, git.Output);
        return git.Output;
    }

    private async Task<(int Code, string Output)> RunAsync(string[] command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}
