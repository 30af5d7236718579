using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.VirtualMachine;

/// <summary>
/// The virtual machine as a node of a cluster: machine, Kubernetes API, device plugin and ENI
/// manager.
/// </summary>
public sealed class GuestNode : IAsyncDisposable
{
    // Ends a machine that nobody ends.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private GuestNode(Machine machine, GuestCluster cluster, DevicePluginPod plugin) => (Machine, Cluster, Plugin) = (machine, cluster, plugin);

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The Kubernetes API.</summary>
    public GuestCluster Cluster { get; }

    /// <summary>The device plugin.</summary>
    public DevicePluginPod Plugin { get; }

    /// <summary>The ENI manager that runs at present, if any.</summary>
    public GuestManager? Manager { get; private set; }

    /// <summary>The device plugin's file.</summary>
    public string PluginFile => Path.Combine(Machine.Folder, "pcidp/config.json");

    /// <summary>The journal of the ENI manager.</summary>
    public string Journal => Path.Combine(Machine.Folder, "state/interface-mappings.json");

    /// <summary>
    /// What every run of the ENI manager is told: the cards of QEMU, which is not EC2, are allowed.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["NODE_NAME"] = GuestCluster.NodeName,
            ["KUBECONFIG"] = "/out/kubeconfig",
            ["ALLOWED_DEVICES"] = "8086:10d3,8086:10c9,1af4:1000,1af4:1041",
            ["SRIOV_DP_CONFIG_PATH"] = "/out/pcidp/config.json",
            ["INTERFACE_MAPPING_STORE_PATH"] = "/out/state/interface-mappings.json",
            ["DEVICE_PLUGIN_RESTART_DELAY"] = "0s",
            ["INTERFACE_UP_TIMEOUT"] = "20s",
            ["METRICS_ADDR"] = "127.0.0.1:8081",
        };

    /// <summary>
    /// Starts machine and cluster. Nothing of vfio is loaded and no ENI manager runs yet.
    /// </summary>
    /// <param name="name">The machine's name; see <see cref="Machine.StartAsync"/>.</param>
    /// <param name="mode">With or without an IOMMU.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="wired">Whether the cards are joined as a VPC joins ENIs.</param>
    public static async Task<GuestNode> StartAsync(string name, MachineMode mode, CancellationToken cancellationToken, bool wired = false)
    {
        var machine = await Machine.StartAsync(MachineFolders.Find(), name, mode, Lifetime, cancellationToken, wired);
        var cluster = await GuestCluster.StartAsync(cancellationToken);
        foreach (var folder in (string[])["pcidp", "state"])
        {
            Directory.CreateDirectory(Path.Combine(machine.Folder, folder));
        }

        cluster.WriteKubeconfig(Path.Combine(machine.Folder, "kubeconfig"));
        return new GuestNode(machine, cluster, new DevicePluginPod(cluster, machine.Shell, Path.Combine(machine.Folder, "pcidp/config.json")));
    }

    /// <summary>
    /// Runs a command of the published ENI manager in the machine, such as <c>setup</c>.
    /// </summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="prefix">What stands before the program, such as variables.</param>
    public Task<GuestResult> RunManagerAsync(string arguments, CancellationToken cancellationToken, string prefix = "") =>
        Machine.Shell.TryAsync(
            $"set -o pipefail; env {Assignments()} {prefix} /host/programs/eni-manager {arguments} 2>&1 | tee -a /out/manager.log",
            cancellationToken
        );

    /// <summary>Starts the ENI manager.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="settings">Settings beside <see cref="Settings"/>.</param>
    public async Task StartManagerAsync(CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(Settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        Manager = await GuestManager.StartAsync(Machine, all, cancellationToken);
    }

    /// <summary>Stops the ENI manager, as kubelet does.</summary>
    public async Task StopManagerAsync(CancellationToken cancellationToken)
    {
        if (Manager is { ExitStatus: null } running)
        {
            await running.StopAsync(cancellationToken);
        }

        Manager = null;
    }

    /// <summary>Waits until an attachment is as expected.</summary>
    /// <returns>It.</returns>
    /// <exception cref="TimeoutException">
    /// It does not come to that; the message has all that is known.
    /// </exception>
    public async Task<EniAttachment> AwaitAsync(string name, Func<EniAttachment, bool> expected, string what, CancellationToken cancellationToken)
    {
        await AwaitAsync(() => Task.FromResult(Cluster.Find(name) is { } found && expected(found)), $"{name}: {what}", cancellationToken);
        return Cluster.Find(name)!;
    }

    /// <summary>Waits until something is the case.</summary>
    /// <exception cref="TimeoutException">
    /// It does not come to that; the message has all that is known.
    /// </exception>
    public async Task AwaitAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (Machine.HasEnded)
            {
                throw new IOException($"Waited for {what}, but the machine ended:\n{Machine.LastWords()}");
            }

            if (Plugin.Failure is { } failure)
            {
                throw new InvalidOperationException("The device plugin's stand-in failed.", failure);
            }

            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"Waited in vain for {what}.\n{await DescribeAsync(cancellationToken)}");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>All that is known, for a wait that was in vain.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var attachments = Cluster.Kubernetes.Store.List($"{Names.EniAttachmentPlural}.{Names.Group}").Select(found => found.ToJsonString());
        var machine = await Machine.Shell.TryAsync(
            "dpdk-devbind.py --status-dev net; ip -br link; tail -n 60 /out/manager.log; dmesg | tail -n 25",
            cancellationToken
        );
        var journal = File.Exists(Journal) ? await File.ReadAllTextAsync(Journal, cancellationToken) : "none";
        return string.Join('\n', [.. attachments, $"served: {string.Join(", ", Plugin.Served?.Keys ?? [])}", $"journal: {journal}", machine.Output]);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Plugin.DisposeAsync();
        await Machine.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static string Assignments() => string.Join(' ', Settings.Select(setting => $"{setting.Key}={setting.Value}"));
}
