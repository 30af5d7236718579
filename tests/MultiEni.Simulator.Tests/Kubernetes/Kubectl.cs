using System.Diagnostics;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>Runs a real kubectl against a simulator, with a home of its own.</summary>
internal sealed class Kubectl : IDisposable
{
    private static readonly Lazy<Task<string>> Program = new(FindAsync);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kubectl-");

    /// <summary>A kubectl of the administrator, or of whom a token was issued to.</summary>
    public Kubectl(KubernetesSimulator simulator, string? token = null) => simulator.WriteKubeconfig(Kubeconfig, token);

    public string Kubeconfig => Path.Combine(_home.FullName, "config");

    /// <summary>The output of a command that succeeds.</summary>
    public async Task<string> RunAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        Assert.True(code == 0, $"kubectl {arguments}: {error}{output}");
        return output;
    }

    /// <summary>The error of a command that fails.</summary>
    public async Task<string> FailAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        Assert.True(code != 0, $"kubectl {arguments} succeeded: {output}");
        return error;
    }

    /// <summary>Starts a command that goes on until it is killed.</summary>
    public async Task<Process> StartAsync(string arguments, string? input = null)
    {
        var start = new ProcessStartInfo(await Program.Value, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _home.FullName,
        };
        start.Environment["KUBECONFIG"] = Kubeconfig;
        start.Environment["HOME"] = _home.FullName;
        start.Environment["EDITOR"] = "sed -i s/mtu:.1500/mtu:\\ 9001/";
        var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        return process;
    }

    public void Dispose() => _home.Delete(recursive: true);

    public async Task<(int Code, string Output, string Error)> TryAsync(string arguments, string? input = null)
    {
        using var process = await StartAsync(arguments, input);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static async Task<string> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } given)
        {
            return given;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "eng", "get-kubectl.sh")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(folder.FullName, "eng", "get-kubectl.sh")) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        var path = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return path;
    }
}
