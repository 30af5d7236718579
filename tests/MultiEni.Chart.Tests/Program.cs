using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace MultiEni.Chart.Tests;

/// <summary>
/// A program as its container is started: the manifest's arguments and variables, and what the
/// kubelet and the host would give it.
/// </summary>
internal sealed class Program : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _log;
    private readonly Uri _metrics;

    private Program(Process process, Uri metrics)
    {
        _process = process;
        _metrics = metrics;
        _log = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the first container of a workload.</summary>
    /// <param name="workload">The Deployment or DaemonSet.</param>
    /// <param name="program">The image's program.</param>
    /// <param name="host">
    /// What stands in for the cluster, EC2 and the host's paths; goes before the manifest.
    /// </param>
    /// <param name="node">The pod's node.</param>
    public static Program Start(JsonObject workload, string program, IReadOnlyDictionary<string, string> host, string node)
    {
        var container = Rendered.ContainerOf(workload);
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, program),
            container["args"]?.AsArray().Select(argument => argument!.GetValue<string>()) ?? []
        )
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var (name, value) in Rendered.EnvironmentOf(container))
        {
            start.Environment[name] = value switch
            {
                "spec.nodeName" => node,
                "metadata.name" => $"{program}-0",
                "metadata.namespace" => workload["metadata"]!["namespace"]!.GetValue<string>(),
                _ => value,
            };
        }

        foreach (var (name, value) in host)
        {
            start.Environment[name] = value;
        }

        // A port of the test's own in place of the manifest's: nothing else of it is changed.
        var port = FreePort();
        start.Environment["METRICS_ADDR"] = $"127.0.0.1:{port}";
        return new Program(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}/metrics"));
    }

    public async Task<string> MetricsAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(_metrics, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        TestContext.Current.TestOutputHelper?.WriteLine(await _log);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
