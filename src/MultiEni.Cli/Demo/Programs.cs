using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MultiEni.Simulator;

namespace MultiEni.Cli.Demo;

/// <summary>
/// Runs the controller and the ENI managers as separate processes, so that killing one has the same
/// effect as in a cluster.
/// </summary>
/// <param name="cluster">The simulated cluster.</param>
/// <param name="logFolder">Where logs and sockets are.</param>
/// <param name="binaries">Directory with the published binaries, or null for those beside this program.</param>
/// <param name="publisher">How devices are advertised.</param>
/// <param name="networks">Namespace of the network definitions, or null for none.</param>
/// <param name="metricsPort">Port on 127.0.0.1 of the controller's metrics; null for none.</param>
internal sealed class Programs(SimulatedCluster cluster, string logFolder, string? binaries, string publisher, string? networks, int? metricsPort)
    : IAsyncDisposable
{
    private const string Controller = "eni-controller";
    private const string Manager = "eni-manager";
    private readonly Dictionary<string, Process> _running = [];
    private readonly Lock _gate = new();
    private bool _ending;

    /// <summary>Names of the running programs.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return _running.Keys.Order(StringComparer.Ordinal).ToList();
            }
        }
    }

    /// <summary>Number of unexpected exits.</summary>
    public int UnexpectedEnds { get; private set; }

    public void StartAll()
    {
        Start(Controller);
        foreach (var node in cluster.Nodes)
        {
            Start($"{Manager}@{node.Name}");
        }
    }

    /// <summary>
    /// Kills a program with SIGKILL, as the OOM killer does, and restarts it.
    /// </summary>
    public async Task KillAndRestartAsync(string name, CancellationToken cancellationToken)
    {
        Process process;
        lock (_gate)
        {
            process = _running[name];
            _running.Remove(name);
        }

        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        process.Dispose();
        Start(name);
    }

    /// <summary>
    /// Sends SIGTERM to all programs, as a kubelet does, and kills those that do not exit
    /// within ten seconds.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        List<Process> all;
        lock (_gate)
        {
            _ending = true;
            all = [.. _running.Values];
        }

        foreach (var process in all)
        {
            Signals.Terminate(process);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        foreach (var process in all)
        {
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private void Start(string name)
    {
        var isController = name == Controller;
        var environment = isController ? cluster.ControllerEnvironment() : cluster.ManagerEnvironment(name[(Manager.Length + 1)..]);
        var start = Executable(isController ? Controller : Manager);
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        start.Environment["METRICS_ADDR"] = isController
            ? metricsPort is { } port
                ? $"127.0.0.1:{port}"
                : "0"
            : Serve(name[(Manager.Length + 1)..]);
        if (networks is not null)
        {
            var (variable, value) = isController
                ? ("MULTUS_NETWORKS_NAMESPACE", networks)
                : ("IPAM_SOCKET", IpamSocket(name[(Manager.Length + 1)..]));
            start.Environment[variable] = value;
        }

        start.Environment["DEVICE_PUBLISHER"] = publisher;
        start.Environment["DEVICE_CLASSES"] = publisher == DemoOptions.Dra ? "true" : "false";

        // A killed controller cannot release its Lease; the default duration would delay
        // the demo by fifteen seconds.
        start.Environment["LEASE_DURATION"] = "4s";
        start.Environment["RENEW_DEADLINE"] = "3s";
        start.Environment["RETRY_PERIOD"] = "500ms";
        start.Environment["POD_NAME"] = name;
        start.Environment["LOG_FORMAT"] = "text";
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(logFolder, $"{name}.log"), append: true) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.Exited += (_, _) => OnExit(name, process);
        lock (_gate)
        {
            process.Start();
            _running[name] = process;
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    // In the user's own cluster no pod stands for the ENI managers, so nothing asks them.
    private string Serve(string node)
    {
        if (cluster.IsGuest)
        {
            return "0";
        }

        // Anew at each start: whoever took the port meanwhile keeps one start from succeeding.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = (IPEndPoint)free.LocalEndpoint;
        DemoInstallation.Serve(cluster, node, address);
        return address.ToString();
    }

    // As a Deployment or a DaemonSet would do: restarts a program that exits.
    private void OnExit(string name, Process process)
    {
        lock (_gate)
        {
            if (_ending || !_running.TryGetValue(name, out var current) || current != process)
            {
                return;
            }

            UnexpectedEnds++;
        }

        if (UnexpectedEnds < 20)
        {
            Start(name);
        }
    }

    private static void Write(TextWriter log, string? line)
    {
        if (line is not null)
        {
            log.WriteLine(line);
        }
    }

    /// <summary>
    /// The socket on which the ENI manager of a node gives out addresses, in a folder of its own
    /// and short enough for a socket.
    /// </summary>
    public string IpamSocket(string node) =>
        Path.Combine(logFolder, $"ipam-{cluster.Nodes.Select(other => other.Name).ToList().IndexOf(node)}", "ipam.sock");

    /// <summary>How a program is started.</summary>
    public ProcessStartInfo Executable(string program) => Find(program, binaries, AppContext.BaseDirectory);

    /// <summary>Whether there are programs to run, before anything starts.</summary>
    /// <param name="binaries">Directory with the published binaries, or null.</param>
    /// <param name="home">Directory of this program.</param>
    /// <exception cref="DemoException">One is missing.</exception>
    public static void Check(string? binaries, string home)
    {
        Find(Controller, binaries, home);
        Find(Manager, binaries, home);
    }

    private static ProcessStartInfo Find(string program, string? binaries, string home)
    {
        var native = Path.Combine(binaries ?? home, program);
        var managed = Path.Combine(home, $"{program}.dll");
        if (binaries is null && File.Exists(managed))
        {
            return new ProcessStartInfo("dotnet", ["exec", managed]);
        }

        return File.Exists(native) ? new ProcessStartInfo(native)
            : binaries is null
                ? throw new DemoException(
                    $"{program} is not in {home}, where this program is: the plugin comes without the programs that the demo runs. "
                        + "Run ./demo in a checkout of the repository, or name a folder with the published programs: --binaries FOLDER"
                )
            : throw new DemoException(
                $"{program} is not in {binaries}, the folder of --binaries: publish it there with eng/publish.sh {binaries}, in a checkout of the repository"
            );
    }
}
