using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Map;
using MultiEni.Cli.Status;

namespace MultiEni.Browser.Tests;

/// <summary>A map of any size without a cluster, always the same for a size.</summary>
internal sealed class GeneratedCluster : IAsyncDisposable
{
    public const string NotLoaded =
        "/sys/bus/pci/drivers/vfio-pci does not exist: the driver vfio-pci is not loaded. Load its kernel module on the node (modprobe vfio-pci).";

    private static readonly string[] Names = ["forwarding", "packets", "storage", "telemetry"];
    private static readonly string[] Zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

    // The page asks for stories while ENIs change.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MapEni> _enis = [];
    private readonly List<MapEvent> _events = [];
    private readonly int _nodes;
    private readonly int _enisPerNode;
    private MapServer? _server;

    private GeneratedCluster(int nodes, int enisPerNode)
    {
        _nodes = nodes;
        _enisPerNode = enisPerNode;
    }

    public MapFeed Feed { get; } = new();

    public Uri Address => _server!.Address;

    /// <summary>Serves the map of so many nodes, some of whose ENIs are not ready; or none of whose ENIs exist yet.</summary>
    public static async Task<GeneratedCluster> StartAsync(int nodes, int enisPerNode, CancellationToken cancellationToken, bool hasEnis = true)
    {
        var cluster = new GeneratedCluster(nodes, enisPerNode);
        cluster._server = await MapServer.StartAsync(0, cluster.Feed, cluster.StoryAsync, TimeProvider.System, cancellationToken);
        cluster.Fill(hasEnis);
        return cluster;
    }

    public static string NodeName(int node) => $"ip-10-{node / 250}-{node % 250}-7.us-east-1.compute.internal";

    public static string EniName(int node, int slot) => $"{Names[(slot - 1) % Names.Length]}-{node:d5}-{slot}";

    /// <summary>Sets the state of an ENI.</summary>
    public void Set(int node, int slot, Health health, string reason, string message)
    {
        var eni = new MapEni(EniName(node, slot))
        {
            NodeEni = Names[(slot - 1) % Names.Length],
            Node = NodeName(node),
            Zone = Zones[node % Zones.Length],
            Card = 0,
            Slot = slot,
            Health = health,
            State = health == Health.Deleting ? EniState.Detaching : EniState.Attached,
            Reason = reason,
            Message = message,
            EniId = $"eni-0{node:x8}{slot:x8}",
            Mac = $"02:00:00:{node / 250:x2}:{node % 250:x2}:{slot:x2}",
            Addresses = [$"10.{100 + slot}.{node / 250}.{node % 250}"],
            Subnet = "subnet-0123456789abcdef0",
            Pci = $"0000:00:{slot + 5:x2}.0",
            Driver = slot % 2 == 0 ? "vfio-pci" : "ena",
            Interface = slot % 2 == 0 ? null : $"eth{slot}",
            Resource = slot % 2 == 0 ? "intel.com/sriov_dpdk" : null,
            Uses = health == Health.Ready && slot == 1 && node % 5 == 0 ? [new MapUse($"default/router-{node}", $"10.101.{node / 250}.9", null)] : [],
        };
        lock (_gate)
        {
            _enis[eni.Id] = eni;
        }

        Feed.Set(eni);
    }

    /// <summary>How many ENIs are in a state.</summary>
    public int Count(Health health) => Enis().Count(eni => eni.Health == health);

    /// <summary>Brings the NodeENIs up to date with their ENIs.</summary>
    public void Summarize()
    {
        var all = Enis().ToLookup(eni => eni.NodeEni);
        foreach (var name in Names.Take(_enisPerNode))
        {
            var trouble = all[name].FirstOrDefault(eni => eni.Health == Health.Trouble);
            Feed.Set(
                new MapNodeEni(
                    name,
                    trouble is null ? Health.Ready : Health.Trouble,
                    trouble?.Reason ?? Reasons.Ready,
                    trouble is null ? "all ENIs are ready" : $"{trouble.Node}: {trouble.Message}",
                    _nodes,
                    _nodes,
                    all[name].Count(eni => eni.Health == Health.Ready)
                )
            );
        }
    }

    /// <summary>Removes an ENI.</summary>
    public void Remove(int node, int slot)
    {
        var name = EniName(node, slot);
        lock (_gate)
        {
            _enis.Remove(name);
        }

        Feed.Remove(MapItem.Keyed<MapEni>(name));
    }

    public void Happen(int number, bool warning, string reason, string message, string about, TimeSpan ago)
    {
        var happened = new MapEvent($"event-{number}", TimeProvider.System.GetUtcNow() - ago, warning, reason, message, about, 1);
        _events.Add(happened);
        Feed.Set(happened);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private void Fill(bool hasEnis)
    {
        for (var node = 0; node < _nodes; node++)
        {
            Feed.Set(new MapNode(NodeName(node), Zones[node % Zones.Length], "m5.4xlarge", true, [8]));
            for (var slot = 1; slot <= (hasEnis ? _enisPerNode : 0); slot++)
            {
                Set(node, slot);
            }
        }

        Summarize();
        var budget = new[]
        {
            ("AttachNetworkInterface", 5.0, 3.4, 0),
            ("CreateNetworkInterface", 5.0, 3.6, 0),
            ("DescribeNetworkInterfaces", 20.0, 1.2, 0),
            ("DetachNetworkInterface", 3.1, 0.4, 2),
        };
        foreach (var (api, granted, used, throttled) in budget)
        {
            Feed.Set(new MapBudget(api, granted, used, throttled));
        }

        var number = 0;
        foreach (var eni in Enis().Where(eni => eni.Health != Health.Ready).Take(12))
        {
            var warning = eni.Health == Health.Trouble;
            Happen(
                number++,
                warning,
                warning ? "DPDKBindFailed"
                    : eni.Health == Health.Deleting ? "ENIDetached"
                    : "ENIAttached",
                warning ? $"{eni.Node}: {eni.Message}" : $"{eni.EniId} on {eni.Node}",
                eni.NodeEni,
                TimeSpan.FromSeconds((number * 31) + 5)
            );
        }

        Feed.Set(new MapCluster("https://eks.example.com/", Complete: true));
    }

    private void Set(int node, int slot)
    {
        switch (((node * 31) + (slot * 17)) % 47)
        {
            case 3:
                Set(node, slot, Health.Trouble, Reasons.DriverModuleUnavailable, NotLoaded);
                break;
            case 7 or 19:
                Set(node, slot, Health.Progressing, Reasons.WaitingForDevice, $"waiting for the ENI manager on {NodeName(node)}");
                break;
            case 11:
                Set(
                    node,
                    slot,
                    Health.Deleting,
                    Reasons.DeviceInUse,
                    $"pod default/router-{node} uses the device; the ENI is detached when the pod has ended"
                );
                break;
            default:
                Set(node, slot, Health.Ready, Reasons.Ready, "the ENI is as specified");
                break;
        }
    }

    private List<MapEni> Enis()
    {
        lock (_gate)
        {
            return [.. _enis.Values];
        }
    }

    private Task<EniStory?> StoryAsync(string name, CancellationToken cancellationToken)
    {
        MapEni? eni;
        lock (_gate)
        {
            eni = _enis.GetValueOrDefault(name);
        }

        if (eni is null)
        {
            return Task.FromResult<EniStory?>(null);
        }

        var attachment = new EniAttachment
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                NodeEniRef = new() { Name = eni.NodeEni },
                NodeName = eni.Node,
            },
            Status = new()
            {
                Conditions =
                [
                    new Condition
                    {
                        Type = ConditionTypes.Attached,
                        Status = ConditionStatus.True,
                        Reason = Reasons.Attached,
                        Message = $"{eni.EniId} is attached at device index {eni.Slot}.",
                    },
                    new Condition
                    {
                        Type = ConditionTypes.Ready,
                        Status = eni.Health == Health.Ready ? ConditionStatus.True : ConditionStatus.False,
                        Reason = eni.Reason,
                        Message = eni.Message,
                    },
                ],
            },
        };
        return Task.FromResult<EniStory?>(StoryReader.Read(attachment, eni, _events, []));
    }
}
