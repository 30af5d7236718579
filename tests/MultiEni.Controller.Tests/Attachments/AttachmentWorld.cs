using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Tests.Ec2;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// One attachment in a simulated cluster whose watches show nothing that changes, an account, and a
/// writer of its status.
/// </summary>
internal sealed class AttachmentWorld : IAsyncDisposable
{
    private const string Attachments = $"{Api.Names.EniAttachmentPlural}.{Api.Names.Group}";

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
    private readonly List<Task> _informers = [];

    private AttachmentWorld(Ec2World ec2, KubernetesSimulator kubernetes, string finalizer)
    {
        Ec2 = ec2;
        Kubernetes = kubernetes;
        Name = Store(finalizer);
        _http = KubernetesConnection.Open(new KubernetesConfig { Server = kubernetes.BaseAddress, Source = "test" }, "test", TimeProvider.System);
        Client = new KubernetesClient(_http, TimeProvider.System);
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Name { get; }

    public Ec2World Ec2 { get; }

    public KubernetesSimulator Kubernetes { get; }

    public KubernetesClient Client { get; }

    public ClusterView View { get; private set; } = null!;

    public NetworkCatalog Catalog { get; private set; } = null!;

    public PodAddressMemory PodAddresses { get; private set; } = null!;

    public AttachmentWriter Writer { get; private set; } = null!;

    public JsonNode? Stored => Kubernetes.Store.Find(Attachments, Name);

    public IEnumerable<string> Finalizers => (Stored!["metadata"]!["finalizers"]?.AsArray() ?? []).Select(finalizer => finalizer!.GetValue<string>());

    public static async Task<AttachmentWorld> StartAsync(string finalizer = Names.EniFinalizer)
    {
        var never = new WatchLag(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Seed: 1);
        var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { WatchLag = never }, Ct);
        var world = new AttachmentWorld(await Ec2World.StartAsync(), kubernetes, finalizer);
        world.View = new ClusterView(
            await world.CacheAsync(Kinds.NodeEni),
            await world.CacheAsync(Kinds.Node),
            await world.CacheAsync(Kinds.EniAttachment)
        );
        world.Catalog = new NetworkCatalog(world.Ec2.Client, () => [], world.Ec2.Time);
        var events = new EventRecorder(world.Client, "test", "test", new OperatorMetrics(new Meter("test")), world.Ec2.Time, NullLogger.Instance);
        world.PodAddresses = new PodAddressMemory(world.Ec2.Time);
        world.Writer = new AttachmentWriter(
            world.View,
            world.Client,
            world.Catalog,
            world.PodAddresses,
            events,
            TimeSpan.FromMinutes(30),
            world.Ec2.Time
        );
        return world;
    }

    public void Change(Action<JsonNode> change) => Kubernetes.Store.Change(Attachments, Name, live => change(live), WriteOptions.Status);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_informers);
        _stop.Dispose();
        _http.Dispose();
        await Kubernetes.DisposeAsync();
        await Ec2.DisposeAsync();
    }

    private async Task<IObjectCache<T>> CacheAsync<T>(ResourceKind<T> kind)
        where T : class, IKubernetesObject
    {
        var informer = new Informer<T>(
            Client,
            kind,
            InformerScope.All,
            null,
            new OperatorMetrics(new Meter("test")),
            TimeProvider.System,
            NullLogger.Instance
        );
        _informers.Add(informer.RunAsync(_stop.Token));
        return await informer.SyncedAsync(_stop.Token);
    }

    private string Store(string finalizer)
    {
        var attachment = A.Attachment(instance: "i-0123456789abcdef0");
        var spec = JsonNode.Parse(JsonSerializer.Serialize(attachment, ApiJson.Default.EniAttachment))!["spec"]!.DeepClone();
        Kubernetes.Store.Create(
            Attachments,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = attachment.Metadata.Name, ["finalizers"] = new JsonArray(finalizer) },
                ["spec"] = spec,
            }
        );
        return attachment.Metadata.Name;
    }
}
