using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Manager.Tests.Kubelet.Dra;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.Registration;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.V1;
using MultiEni.Operator;
using MultiEni.Operator.Hosting;
using Node = MultiEni.Api.Kubernetes.Node;

namespace MultiEni.Manager.Tests.Claims;

/// <summary>A node with one ENI, an API server, and a kubelet whose gRPC is not ours.</summary>
internal sealed class NodeClaimsBench : IAsyncDisposable
{
    public const string SliceName = "node-1-eni.networking.k8s.aws";

    private readonly BindingBench _binding;

    private NodeClaimsBench(BindingBench binding) => (_binding, Offer) = (binding, A.Offer(address: binding.Address, driver: "ena"));

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public BindingBench Binding => _binding;

    public ClaimApi Api { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public string KubeletRoot => _binding.Folder.File("k");

    public string RegistrationFolder => Path.Combine(KubeletRoot, "plugins_registry");

    public string RegistrationSocket => Path.Combine(RegistrationFolder, "eni.networking.k8s.aws-reg.sock");

    public string PluginSocket => Path.Combine(KubeletRoot, "plugins", "eni.networking.k8s.aws", "dra.sock");

    /// <summary>What Kubernetes says of the ENI: its NodeENI lets claims bind it.</summary>
    public EniFacts Facts { get; } = EniFacts.Of(Sample.Attachment()) with { ClaimDriver = "vfio-pci" };

    /// <summary>Why a claim must not have the device because of a pod with a device plugin.</summary>
    public string? PluginUse { get; set; }

    /// <summary>The ENI as it is while no claim has it.</summary>
    public OfferedDevice Offer { get; }

    public static async Task<NodeClaimsBench> StartAsync(bool withRegistry = true)
    {
        var bench = new NodeClaimsBench(await BindingBench.StartAsync());
        if (withRegistry)
        {
            Directory.CreateDirectory(bench.RegistrationFolder);
        }

        return bench;
    }

    /// <summary>What a freshly started agent has: everything that is not on disk is gone.</summary>
    public Task<NodeClaimsLife> AgentAsync(Func<ManagerSettings, ManagerSettings>? change = null) =>
        NodeClaimsLife.StartAsync(this, change ?? (settings => settings));

    /// <summary>A claim of devices, as the scheduler leaves it.</summary>
    public void Claim(string name, string? config = null, string device = "eni-a", string uid = "", string driver = "eni.networking.k8s.aws")
    {
        var allocation = new JsonObject
        {
            ["results"] = new JsonArray(
                new JsonObject
                {
                    ["request"] = "nic",
                    ["driver"] = driver,
                    ["pool"] = Sample.Node,
                    ["device"] = device,
                }
            ),
        };
        if (config is not null)
        {
            allocation["config"] = new JsonArray(
                new JsonObject
                {
                    ["source"] = "FromClaim",
                    ["opaque"] = new JsonObject
                    {
                        ["driver"] = "eni.networking.k8s.aws",
                        ["parameters"] = JsonNode.Parse(
                            $$"""{"apiVersion": "eni.networking.k8s.aws/v1alpha1", "kind": "ENIClaimConfig", {{config}}}"""
                        ),
                    },
                }
            );
        }

        Api.Claim(
            new JsonObject
            {
                ["apiVersion"] = "resource.k8s.io/v1",
                ["kind"] = "ResourceClaim",
                ["metadata"] = new JsonObject
                {
                    ["namespace"] = "ns",
                    ["name"] = name,
                    ["uid"] = uid.Length > 0 ? uid : $"uid-{name}",
                },
                ["status"] = new JsonObject { ["allocation"] = new JsonObject { ["devices"] = allocation } },
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _binding.DisposeAsync();
        Api.Dispose();
    }
}

/// <summary>One life of everything about claims on a node.</summary>
internal sealed class NodeClaimsLife : IAsyncDisposable
{
    private readonly NodeClaimsBench _bench;
    private readonly Meter _meter = new("test");
    private readonly CancellationTokenSource _ended = new();
    private readonly NodeClaims _claims;
    private readonly BackgroundTasks _background;
    private readonly Task _running;
    private readonly List<GrpcChannel> _channels = [];
    private bool _isOver;

    private NodeClaimsLife(NodeClaimsBench bench, ManagerSettings settings)
    {
        _bench = bench;
        var client = bench.Api.Client(bench.Clock);
        _claims = new NodeClaims(
            settings,
            client,
            bench.Binding.Wire,
            address => address == bench.Offer.Address ? bench.Facts : null,
            () => Interlocked.Increment(ref _settled),
            _meter,
            new OperatorMetrics(_meter),
            NullLoggerFactory.Instance,
            bench.Clock,
            NullLogger.Instance
        );
        var parts = bench.Binding.Agent(settings.BeforeEachWrite);
        var binding = new ClaimBinding(
            parts.Bind,
            parts.GiveBack,
            new DeviceChangeGate(settings.JournalPath + ".lock"),
            parts.Journal,
            async (_, _) => new BindClearance.Granted(await bench.Binding.RequestAsync("")),
            _ => { },
            TimeProvider.System
        );
        _background = new BackgroundTasks(_ended.Token);
        _claims.Begin(
            _background,
            binding,
            (_, _) => Task.FromResult(bench.PluginUse),
            () =>
                new Node
                {
                    Metadata = new ObjectMeta { Name = Sample.Node, Uid = Sample.Owner.Uid },
                }
        );
        _running = _background.RunAsync(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
    }

    private int _settled;

    public int Settled => Volatile.Read(ref _settled);

    public IDevicePublisher Publisher => _claims.Publisher!;

    public SlicePublisher Slice => _claims.Slice!;

    /// <summary>What the driver counts.</summary>
    public Meter Meter => _meter;

    public ClaimHolds Holds => _claims.Holds;

    public Blocker? WhyNotYet(ResourceName resource, IReadOnlyDictionary<string, string>? allocatable) => _claims.WhyNotYet(resource, allocatable);

    public OfferState State => Publisher.StateOf(_bench.Offer.Address, allocatable: null);

    public Registration.RegistrationClient Registrar => new(Channel(_bench.RegistrationSocket));

    public DRAPlugin.DRAPluginClient Driver => new(Channel(_bench.PluginSocket));

    public static async Task<NodeClaimsLife> StartAsync(NodeClaimsBench bench, Func<ManagerSettings, ManagerSettings> change)
    {
        var settings = change(
            new ManagerSettings
            {
                Kubernetes = null!,
                NodeName = Sample.Node,
                DevicePublisher = PublisherChoice.Dra,
                KubeletRoot = bench.KubeletRoot,
                CdiRoot = bench.Binding.Folder.File("cdi"),
                JournalPath = bench.Binding.JournalPath,
            }
        );
        var life = new NodeClaimsLife(bench, settings);
        await life.Publisher.StartAsync(bench.Binding.Node.BootId, NodeClaimsBench.Stop);
        return life;
    }

    public GrpcChannel Channel(string path)
    {
        var channel = UnixSocketChannel.Open(path);
        _channels.Add(channel);
        return channel;
    }

    /// <summary>The kubelet finds the driver and registers it.</summary>
    public async Task<PluginInfo> RegisterAsync()
    {
        await Eventually.Holds(() => File.Exists(_bench.RegistrationSocket), "the registration socket");
        var info = await Registrar.GetInfoAsync(new InfoRequest(), cancellationToken: NodeClaimsBench.Stop);
        await Registrar.NotifyRegistrationStatusAsync(new RegistrationStatus { PluginRegistered = true }, cancellationToken: NodeClaimsBench.Stop);
        return info;
    }

    /// <summary>
    /// Offers the node's ENI, registers the driver and waits until pods can claim it.
    /// </summary>
    public async Task OfferAsync()
    {
        await Publisher.OfferAsync(_bench.Offer, NodeClaimsBench.Stop);
        await RegisterAsync();
        await Eventually.Holds(() => State is OfferState.Confirmed, "the device in the slice");
    }

    public async Task<NodePrepareResourceResponse> PrepareAsync(string name, string uid = "") => (await PrepareAsync([name], uid)).Values.Single();

    public async Task<IDictionary<string, NodePrepareResourceResponse>> PrepareAsync(string[] names, string uid = "")
    {
        var request = new NodePrepareResourcesRequest { Claims = { names.Select(name => Reference(name, uid)) } };
        return (await Driver.NodePrepareResourcesAsync(request, cancellationToken: NodeClaimsBench.Stop)).Claims;
    }

    public async Task<string> UnprepareAsync(string name)
    {
        var request = new NodeUnprepareResourcesRequest { Claims = { Reference(name, "") } };
        return (await Driver.NodeUnprepareResourcesAsync(request, cancellationToken: NodeClaimsBench.Stop)).Claims.Values.Single().Error;
    }

    /// <summary>The agent is asked to stop, and does.</summary>
    public async Task EndAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            _channels.ForEach(channel => channel.Dispose());
            await _ended.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _background.DisposeAsync();
            await _claims.DisposeAsync();
            _meter.Dispose();
            _ended.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    private static Claim Reference(string name, string uid) =>
        new()
        {
            Namespace = "ns",
            Name = name,
            Uid = uid.Length > 0 ? uid : $"uid-{name}",
        };
}
