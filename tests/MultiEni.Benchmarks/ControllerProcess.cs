using System.Diagnostics;
using System.Globalization;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Benchmarks;

/// <summary>The published controller, running.</summary>
internal sealed class ControllerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ControllerProcess(Process process, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The resident size.</summary>
    public double Megabytes => Status("VmRSS:");

    /// <summary>The largest resident size so far.</summary>
    public double PeakMegabytes => Status("VmHWM:");

    public static ControllerProcess Start(KubernetesSimulator kubernetes, Uri ec2)
    {
        var program = Path.GetFullPath("artifacts/programs/eni-controller");
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"{program} is missing; ./bench publishes it, or run eng/publish.sh in the root of the repository");
        }

        var temporary = Directory.CreateTempSubdirectory("multi-eni-bench-");
        var start = new ProcessStartInfo(program, ["--metrics-addr", "0", "--ec2-rate-profile", "100"])
        {
            Environment =
            {
                ["KUBECONFIG"] = kubernetes.WriteKubeconfig(Path.Combine(temporary.FullName, "kubeconfig")),
                ["LOG_LEVEL"] = "warn",
                ["AWS_REGION"] = "us-east-1",
                ["AWS_ENDPOINT_URL_EC2"] = ec2.ToString(),
                ["AWS_ACCESS_KEY_ID"] = "AKIASIMULATED",
                ["AWS_SECRET_ACCESS_KEY"] = "simulated",
                ["AWS_EC2_METADATA_DISABLED"] = "true",
            },
        };
        return new ControllerProcess(Process.Start(start)!, temporary);
    }

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begin) > Patience)
            {
                throw new TimeoutException($"waited in vain until {what}; the controller {(_process.HasExited ? "has ended" : "runs")}");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private double Status(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
