using Amazon.EC2;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Manager;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Simulator;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// A simulated cluster with the whole product running on it: controller and one ENI manager for
/// each node, reached over the real protocols. The verbs are those of a person at the cluster.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly StringWriter _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly StageOptions _options;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ChosenKubernetesApi? _kubernetes;
    private readonly Dictionary<string, RunningProgram> _managers = [];
    private readonly Dictionary<string, RunningProgram> _controllers = [];

    private Stage(StageOptions options, TimeSpan patience, ChosenKubernetesApi? kubernetes, SimulatedCluster cluster, TimeProvider time)
    {
        _options = options;
        _patience = patience;
        _kubernetes = kubernetes;
        _time = time;
        Cluster = cluster;
        Api = new ClusterApi(cluster.KubeconfigPath);
        _loggers = ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, TextWriter.Synchronized(_log), time);
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The access key of the controllers.</summary>
    public const string AccessKey = "AKIASIMULATED";

    public SimulatedCluster Cluster { get; }

    public ClusterApi Api { get; }

    /// <summary>Seconds of the stage's clock in one real second.</summary>
    public int Acceleration => _options.Acceleration;

    /// <summary>The clock of everything on the stage.</summary>
    public TimeProvider Time => _time;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Names of the nodes, in order.</summary>
    public IReadOnlyList<string> Nodes => [.. Cluster.Nodes.Select(node => node.Name)];

    public static async Task<Stage> StartAsync(StageOptions? options = null)
    {
        options ??= new StageOptions();
        var server = await ChosenKubernetesApi.ForClusterAsync(options.ApiServer, Stop);

        // An API server of its own process has a clock of its own, which does not run faster. What
        // takes longer by that is waited for longer.
        var acceleration = server is null ? options.Acceleration : 1;
        var longest = Patience * options.Acceleration / acceleration;
        options = options with { Acceleration = acceleration };
        var clock = new AcceleratedTime(acceleration);
        var cluster = await SimulatedCluster.StartAsync(options.ClusterOptions(clock) with { Kubeconfig = server?.KubeconfigPath }, Stop);
        if (options.ClusterName is { } name)
        {
            cluster.Ec2.Policies[AccessKey] = DocumentedPolicy.For(cluster, name);
        }

        var stage = new Stage(options, longest, server, cluster, clock);
        await InstalledAccess.ApplyToAsync(stage.Api, Stop);
        if (options.AllowsStartupTaint)
        {
            await InstalledAccess.AllowStartupTaintAsync(stage.Api, Stop);
        }

        if (options.StartsPrograms)
        {
            stage.StartController();
            foreach (var node in stage.Nodes)
            {
                stage.StartManager(node);
            }
        }

        return stage;
    }

    public void StartController(string name = "controller", Func<ControllerSettings, ControllerSettings>? change = null)
    {
        var settings = _options.Controller(
            new ControllerSettings
            {
                MetricsAddress = "0",
                LeaderElection = false,
                Identity = name,
                ClusterName = _options.ClusterName ?? "",
                ReconcilePeriod = TimeSpan.FromSeconds(30),
            }
        );
        settings = change is null ? settings : change(settings);
        var ec2 = new Ec2ClientOptions
        {
            Region = "us-east-1",
            Endpoint = Cluster.Ec2.BaseAddress,
            AccessKey = new FixedAccessKey(AccessKey, "simulated"),
        };
        var app = new ControllerApp(settings, KubernetesConfig.Load(Cluster.ControllerEnvironment()["KUBECONFIG"], _ => null), ec2, _loggers, _time);
        _controllers.Add(name, RunningProgram.Start(name, app.RunAsync));
    }

    /// <summary>
    /// The AWS SDK: as the controller with its access key, or as somebody else in the account with
    /// another one.
    /// </summary>
    public AmazonEC2Client NewEc2Client(string accessKey) =>
        new(
            new BasicAWSCredentials(accessKey, "simulated"),
            new AmazonEC2Config { ServiceURL = Cluster.Ec2.BaseAddress.ToString(), AuthenticationRegion = "us-east-1" }
        );

    public async Task StopControllerAsync(string name = "controller")
    {
        _controllers.Remove(name, out var program);
        await program!.StopAsync();
        program.Dispose();
    }

    public void StartManager(string node)
    {
        var environment = new Dictionary<string, string>(Cluster.ManagerEnvironment(node))
        {
            ["METRICS_ADDR"] = "0",
            // As the chart has it: the roles allow no other.
            ["DEVICE_PLUGIN_NAMESPACES"] = "kube-system",
            ["LIST_PODS"] = "false",
        };
        var reader = new SettingsReader("eni-manager", [], environment.GetValueOrDefault);
        var settings = _options.Manager(ManagerSettings.Read(reader, environment.GetValueOrDefault));
        reader.Finish();
        _managers.Add(node, RunningProgram.Start($"manager of {node}", stop => ManagerApp.RunAsync(settings, _loggers, _time, stop)));
    }

    public async Task StopManagerAsync(string node)
    {
        _managers.Remove(node, out var program);
        await program!.StopAsync();
        program.Dispose();
    }

    /// <summary>A machine more, with its ENI manager, in the next zone.</summary>
    public Task<string> AddNodeAsync() => AddAsync(Cluster.AddNodeAsync(Stop));

    /// <summary>A machine of another type, with its ENI manager, in the first zone.</summary>
    public Task<string> AddNodeAsync(string instanceType) => AddAsync(Cluster.AddNodeAsync(0, name: null, instanceType, Stop));

    private async Task<string> AddAsync(Task<SimulatedClusterNode> added)
    {
        var node = await added;
        StartManager(node.Name);
        return node.Name;
    }

    /// <summary>Terminates a machine; what ran on it ends with it.</summary>
    public async Task TerminateNodeAsync(string node)
    {
        await StopManagerAsync(node);
        await Cluster.TerminateNodeAsync(node, Stop);
    }

    public Task ApplyAsync(string yaml) => Api.ApplyAsync(yaml, Stop);

    public Task DeleteNodeEniAsync(string name) => Api.DeleteNodeEniAsync(name, Stop);

    public Task<NodeEni?> NodeEniAsync(string name) => Api.NodeEniAsync(name, Stop);

    /// <summary>The attachments of a NodeENI by node and index.</summary>
    public async Task<IReadOnlyList<EniAttachment>> AttachmentsAsync(string nodeEni) =>
        [
            .. (await Api.AttachmentsAsync(Stop))
                .Where(attachment => attachment.Spec!.NodeEniRef.Name == nodeEni)
                .OrderBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
                .ThenBy(attachment => attachment.Spec!.DeviceIndex),
        ];

    /// <summary>Waits until a NodeENI as it is now is ready with this many ENIs.</summary>
    public Task UntilReadyAsync(string nodeEni, int enis) =>
        UntilAsync(
            async () =>
                await NodeEniAsync(nodeEni) is { Status: { } status } found
                && status.ObservedGeneration == found.Metadata.Generation
                && status.Conditions.IsTrue(ConditionTypes.Ready)
                && status.ReadyEnis == enis
                && status.DesiredEnis == enis,
            $"{nodeEni} is ready with {enis} ENIs"
        );

    /// <summary>
    /// Waits until a condition of a NodeENI is true or false for a reason, with these words in its
    /// message.
    /// </summary>
    /// <returns>Its message.</returns>
    public async Task<string> UntilReasonAsync(string nodeEni, string type, string reason, string saying = "")
    {
        Condition? found = null;
        await UntilAsync(
            async () =>
                (found = (await NodeEniAsync(nodeEni))?.Status?.Conditions.Find(type))?.Reason == reason
                && found.Message.Contains(saying, StringComparison.Ordinal),
            $"condition {type} of {nodeEni} has the reason {reason}, saying '{saying}'"
        );
        return found!.Message;
    }

    /// <summary>
    /// Waits until a NodeENI says of its present generation that it is not ready, with these words
    /// in the message.
    /// </summary>
    /// <returns>The condition.</returns>
    public async Task<Condition> UntilNotReadyAsync(string nodeEni, string why)
    {
        Condition? found = null;
        await UntilAsync(
            async () =>
                await NodeEniAsync(nodeEni) is { } seen
                && (found = seen.Status?.Conditions.Find(ConditionTypes.Ready)) is { Status: ConditionStatus.False } ready
                && ready.ObservedGeneration == seen.Metadata.Generation
                && ready.Message.Contains(why, StringComparison.Ordinal),
            $"{nodeEni} is not ready because {why}"
        );
        return found!;
    }

    public Task UntilGoneAsync(string nodeEni) => UntilAsync(async () => await NodeEniAsync(nodeEni) is null, $"{nodeEni} is gone");

    /// <summary>
    /// What must be so at the end of every story in which all NodeENIs were deleted.
    /// </summary>
    public async Task AssertNothingLeftAsync()
    {
        await UntilAsync(async () => (await Cluster.LeftoversAsync(Stop)).Count == 0, "nothing is left");
        foreach (var node in Nodes)
        {
            Assert.Contains("somebody_elses", await File.ReadAllTextAsync(Cluster.PcidpFile(node), Stop));
        }
    }

    public Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Waits for something; in vain, it says what was the case instead.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var broken = Broken();
            if (broken is not null || TimeProvider.System.GetElapsedTime(begin) > _patience)
            {
                Assert.Fail($"waited in vain until {what}\n{broken}\n{await SituationAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _controllers.Values.Concat(_managers.Values))
        {
            await program.StopAsync();
            program.Dispose();
        }

        Api.Dispose();
        await Cluster.DisposeAsync();
        if (_kubernetes is not null)
        {
            await _kubernetes.DisposeAsync();
        }

        _loggers.Dispose();
        await _log.DisposeAsync();
    }

    private Exception? Broken() =>
        Cluster.Failure
        ?? Cluster.Ec2.World.BackplaneErrors.FirstOrDefault()
        ?? _controllers.Values.Concat(_managers.Values).Select(program => program.Failure).FirstOrDefault(failure => failure is not null);

    private async Task<string> SituationAsync()
    {
        string said;
        lock (_log)
        {
            said = _log.ToString();
        }

        return await Situation.DescribeAsync(this, said, Stop);
    }
}
