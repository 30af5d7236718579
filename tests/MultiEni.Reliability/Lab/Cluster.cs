using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Controller;
using MultiEni.Operator.LeaderElection;
using MultiEni.Operator.Logging;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// API server, EC2 and node agents without anything else, on a given clock, for controllers that
/// come and go. Every call that a controller makes passes <see cref="Decide"/>, which may lose it,
/// and after which nothing of a dead controller has an effect.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string SubnetA = "subnet-0000000a";
    public const string SubnetB = "subnet-0000000b";
    public const string Group = "sg-00000001";
    public const string OtherGroup = "sg-00000002";

    /// <summary>Elastic IPs, one more than a node has ENIs.</summary>
    public static readonly IReadOnlyList<string> ElasticIps = ["eipalloc-00000001", "eipalloc-00000002", "eipalloc-00000003"];

    private readonly ConcurrentDictionary<string, ProcessRun> _controllers = new();
    private readonly ConcurrentDictionary<string, ProcessRun> _processes = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly StringWriter _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly ClusterOptions _options;
    private readonly DevicePluginPods? _plugins;
    private Task _agentsRunning = Task.CompletedTask;
    private int _started;
    private int _launched;

    private Cluster(ClusterOptions options, VirtualCluster servers, Machines? machines)
    {
        _options = options;
        Machines = machines;
        _plugins = machines is null ? null : new DevicePluginPods(this);
        Servers = servers;
        _loggers = ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, TextWriter.Synchronized(_log), servers.Time);
        Foreign = new ForeignEnis(Ec2.World);
        Launched = new LaunchedEnis(Ec2.World);
        Agents = new NodeAgents(this);
        Lease = options.Controller.LeaderElection ? new LeaseWatch(this, options.Controller.RenewDeadline) : null;
        Invariants = new Invariants(this, Lease);
    }

    public VirtualCluster Servers { get; }

    public TimeProvider Time => Servers.Time;

    public KubernetesSimulator Kubernetes => Servers.Kubernetes;

    public Ec2Simulator Ec2 => Servers.Ec2;

    /// <summary>What belongs to others and must be untouched.</summary>
    public ForeignEnis Foreign { get; }

    /// <summary>ENIs of the launch template, which stay attached whatever happens.</summary>
    public LaunchedEnis Launched { get; }

    /// <summary>What may never be so, looked at after every call that changes something.</summary>
    public Invariants Invariants { get; }

    /// <summary>Who leads, where somebody is elected.</summary>
    public LeaseWatch? Lease { get; }

    /// <summary>The nodes' part where a few lines stand for it.</summary>
    public NodeAgents Agents { get; }

    /// <summary>The nodes' part where the ENI managers themselves run; otherwise null.</summary>
    public Machines? Machines { get; }

    /// <summary>Decides what becomes of a call; null lets all pass.</summary>
    public Func<LabCall, CallMoment, CallFate>? Decide { get; set; }

    /// <summary>Told of every call that was answered, with the error if it was one.</summary>
    public Action<LabCall, string?>? Answered { get; set; }

    /// <summary>All controllers that were started, the dead ones included.</summary>
    public IReadOnlyCollection<ProcessRun> Controllers => [.. _controllers.Values];

    public static async Task<Cluster> StartAsync(ClusterOptions options, VirtualClock time, CancellationToken cancellationToken)
    {
        var machines = options.RealManagers ? await Machines.StartAsync(cancellationToken) : null;
        var account = new Ec2SimulatorOptions { Latencies = options.Latencies };
        var servers = await VirtualCluster.StartAsync(
            time,
            options.Ec2(machines is null ? account : account with { Backplane = machines.Backplane }),
            new KubernetesSimulatorOptions { WatchLag = options.WatchLag },
            cancellationToken
        );
        var (kubernetes, ec2) = (servers.Kubernetes, servers.Ec2);
        kubernetes.Store.Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Names.Namespace } });
        var vpc = ec2.World.AddVpc().Id;
        ec2.World.AddSubnet(vpc, "us-east-1a", "10.0.0.0/18", id: "subnet-0000000f");
        ec2.World.AddSubnet(vpc, "us-east-1a", "10.0.64.0/18", id: SubnetA);
        ec2.World.AddSubnet(vpc, "us-east-1a", "10.0.128.0/18", id: SubnetB);
        ec2.World.AddSecurityGroup(vpc, "one", id: Group);
        ec2.World.AddSecurityGroup(vpc, "other", id: OtherGroup);
        foreach (var address in ElasticIps)
        {
            ec2.World.AddElasticIp(id: address);
        }

        ec2.Faults.StaleReads = options.StaleReads;

        var cluster = new Cluster(options, servers, machines);
        for (var node = 0; node < options.Nodes; node++)
        {
            cluster.AddNode();
        }

        cluster.Foreign.Settle(kubernetes.Store.Get("namespaces", "kube-system").Text("metadata", "uid"), cluster.Launched.Contains);
        ec2.Faults.BeforeCall = (call, _) => ValueTask.FromResult(cluster.Judge(cluster.Of(call), CallMoment.Before, null).ForEc2());
        ec2.Faults.AfterCall = (call, error, _) => ValueTask.FromResult(cluster.Judge(cluster.Of(call), CallMoment.After, error).ForEc2());
        kubernetes.Faults.BeforeRequest = request =>
            ValueTask.FromResult(cluster.Judge(cluster.Of(request), CallMoment.Before, null).ForKubernetes());
        kubernetes.Faults.AfterRequest = (request, code) =>
            ValueTask.FromResult(cluster.Judge(cluster.Of(request), CallMoment.After, code < 300 ? null : $"{code}").ForKubernetes());
        cluster._agentsRunning = cluster._plugins?.RunAsync(cluster._ending.Token) ?? cluster.Agents.RunAsync(cluster._ending.Token);
        return cluster;
    }

    /// <summary>Starts one more controller process.</summary>
    public ProcessRun StartController(Func<ControllerSettings, ControllerSettings>? change = null)
    {
        var settings = change is null ? _options.Controller : change(_options.Controller);
        var name = $"controller-{Interlocked.Increment(ref _started)}";
        return ProcessRun.Start(
            name,
            (_, stop) => Servers.Controller(settings with { Identity = name }, _loggers).RunAsync(stop),
            created =>
            {
                _controllers[name] = created;
                Know(created);
            }
        );
    }

    /// <summary>From here on the calls of a process are told from those of others.</summary>
    public void Know(ProcessRun process) => _processes[process.Name] = process;

    /// <summary>Whether an ENI manager lives to write something to its node.</summary>
    public bool MayWrite(ProcessRun manager, string point) =>
        Judge(
            new LabCall(manager, $"{LabCall.ByManager}write", IsEc2: false, IsWrite: true, point, Time.GetUtcNow()) { IsOnNode = true },
            CallMoment.Before,
            null
        )
            is not (CallFate.KillsCaller or CallFate.IsLost);

    /// <summary>What of an ENI's device must not be detached yet, or null.</summary>
    public string? BoundAt(string attachmentId) =>
        Machines is not null
        && Ec2.World.NetworkInterfaces.FirstOrDefault(row => row.Attachment?.Id == attachmentId) is { } eni
        && Machines.All.FirstOrDefault(machine => machine.Host.InstanceId == eni.Attachment!.InstanceId) is { } machine
        && machine.Host.DeviceByMac(eni.MacAddress) is { Driver: "vfio-pci" } device
            ? $"{device.Address} of {machine.Node} was bound to {device.Driver}"
            : null;

    /// <summary>An instance with its Node object.</summary>
    /// <param name="name">
    /// Null for a new name; that of a node which was terminated stands for a replacement.
    /// </param>
    public (string Name, string InstanceId) AddNode(string? name = null)
    {
        name ??= $"node-{Interlocked.Increment(ref _launched)}";
        var instance = Ec2.World.RunInstance(
            _options.InstanceType,
            "subnet-0000000f",
            interfaces: _options.LaunchesEnis ? LaunchedEnis.Interfaces : []
        );
        Launched.Know(instance);
        Kubernetes.Store.Create(
            "nodes",
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { ["ng"] = "multi-eni", ["node.kubernetes.io/instance-type"] = _options.InstanceType },
                },
                ["spec"] = new JsonObject { ["providerID"] = $"aws:///us-east-1a/{instance}" },
                ["status"] = new JsonObject
                {
                    ["addresses"] = new JsonArray(
                        new JsonObject { ["type"] = "InternalIP", ["address"] = Ec2.World.FindInstance(instance)!.PrivateIpAddress }
                    ),
                    ["capacity"] = new JsonObject { ["cpu"] = "16" },
                    ["allocatable"] = new JsonObject { ["cpu"] = "16" },
                },
            },
            taintNode: false
        );
        if (Machines?.Add(this, name, instance, _loggers) is { } machine)
        {
            _ = _plugins!.ServeAsync(machine, _ending.Token);
        }

        return (name, instance);
    }

    /// <summary>
    /// Takes a machine away as an autoscaler does: instance first, Node object after it.
    /// </summary>
    public void TerminateNode(string name)
    {
        var node = Kubernetes.Store.Get("nodes", name);
        Ec2.World.Terminate(node["spec"]!["providerID"]!.GetValue<string>().Split('/')[^1]);
        Kubernetes.Store.Delete("nodes", name);
        if (Machines?.All.FirstOrDefault(machine => machine.Node == name) is { } machine)
        {
            Machines.Remove(name);
            _plugins!.Collect(machine);
        }
    }

    /// <summary>Somebody deletes the pod of a node's device plugin.</summary>
    public void RestartPlugin(string node) => _plugins!.Collect(Machines!.Of(node));

    /// <summary>What the user of the cluster does.</summary>
    public void Apply(NodeEniSketch nodeEni) => Kubernetes.Store.Apply(Objects.NodeEnis, nodeEni.ToJson(), Objects.AsUser);

    public void Delete(string nodeEni)
    {
        try
        {
            Kubernetes.Store.Delete(Objects.NodeEnis, nodeEni);
        }
        catch (StatusException)
        {
            // It is gone already.
        }
    }

    /// <summary>
    /// Waits on the cluster's clock until something is so; says why not after
    /// <paramref name="limit"/>.
    /// </summary>
    /// <param name="missing">What is not as it should be, or null when all is.</param>
    public async Task UntilAsync(Func<string?> missing, TimeSpan limit, string what)
    {
        var begin = Time.GetTimestamp();
        while (missing() is { } lack)
        {
            if (Broken() is { } broken)
            {
                throw new ReliabilityException($"{what}: {broken}");
            }

            if (Time.GetElapsedTime(begin) > limit)
            {
                throw new ReliabilityException($"{what} was waited for in vain for {limit}: {lack}");
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5), Time);
        }
    }

    /// <summary>What the processes said, the end of it.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                var text = _log.ToString();
                return text.Length > 12_000 ? text[^12_000..] : text;
            }
        }
    }

    /// <summary>
    /// Takes all controllers away and forgets what they said, for the next test in a cluster that
    /// is empty again.
    /// </summary>
    public async Task EmptyAsync()
    {
        foreach (var controller in _controllers.Values)
        {
            controller.Kill();
            await controller.EndAsync();
            controller.Dispose();
            _processes.TryRemove(controller.Name, out _);
        }

        _controllers.Clear();
        Launched.Restore();
        Decide = null;
        Answered = null;
        lock (_log)
        {
            _log.GetStringBuilder().Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EmptyAsync();
        await _ending.CancelAsync();
        await _agentsRunning;
        if (Machines is not null)
        {
            await Machines.DisposeAsync();
        }

        await Servers.DisposeAsync();
        _loggers.Dispose();
        await _log.DisposeAsync();
        _ending.Dispose();
    }

    private string? Broken() =>
        Invariants.Violation
        ?? _processes
            .Values.Select(process => process.Failure)
            // That one ends is how it must be; whoever supervises it starts another.
            .FirstOrDefault(failure => failure is not (null or LeadershipLostException))
            ?.ToString();

    private CallFate Judge(LabCall? call, CallMoment moment, string? error)
    {
        if (call is null)
        {
            return CallFate.Pass;
        }

        if (call.By.IsDead)
        {
            return CallFate.Lose;
        }

        if (moment == CallMoment.After)
        {
            Answered?.Invoke(call, error);
        }

        Invariants.Look(call, moment, error);
        var fate = Decide?.Invoke(call, moment) ?? CallFate.Pass;
        if (fate is CallFate.KillsCaller)
        {
            call.By.Kill();
        }

        return fate;
    }

    private LabCall? Of(Ec2Call call)
    {
        var target = call.Parameters.GetValueOrDefault("NetworkInterfaceId") ?? call.Parameters.GetValueOrDefault("AttachmentId") ?? "";
        var changed =
            call.Action == "ModifyNetworkInterfaceAttribute"
                ? call.Parameters.Keys.FirstOrDefault(key => key is not ("Action" or "Version" or "NetworkInterfaceId"))?.Split('.')[0]
                : null;
        return Caller(call.AccessKeyId) is { } by
            ? new LabCall(
                by,
                changed is null ? call.Action : $"{call.Action}({changed})",
                IsEc2: true,
                call.Mutating,
                target,
                call.ReceivedAt,
                call.Parameters.GetValueOrDefault("InstanceId") ?? ""
            )
            : null;
    }

    private LabCall? Of(RequestInfo request)
    {
        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        return Caller(request.User) is { } by
            ? new LabCall(
                by,
                $"{(_controllers.ContainsKey(by.Name) ? "" : LabCall.ByManager)}{request.Verb} {resource}",
                IsEc2: false,
                request.IsWrite,
                request.Name,
                Time.GetUtcNow()
            )
            : null;
    }

    private ProcessRun? Caller(string name) => _processes.GetValueOrDefault(name);
}
