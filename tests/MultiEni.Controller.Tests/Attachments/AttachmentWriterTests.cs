using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Tests.Ec2;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AttachmentWriterTests
{
    private const string Attachments = $"{Names.EniAttachmentPlural}.{Names.Group}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_a_watch_that_shows_nothing_a_life_is_written_once_and_without_a_conflict()
    {
        await using var world = await Ec2World.StartAsync();
        var never = new WatchLag(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Seed: 1);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { WatchLag = never }, Ct);
        var name = Store(kubernetes);
        using var http = KubernetesConnection.Open(
            new KubernetesConfig { Server = kubernetes.BaseAddress, Source = "test" },
            "test",
            TimeProvider.System
        );
        var client = new KubernetesClient(http, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var informers = new List<Task>();
        var view = new ClusterView(
            await CacheAsync(Kinds.NodeEni, client, informers, stop.Token),
            await CacheAsync(Kinds.Node, client, informers, stop.Token),
            await CacheAsync(Kinds.EniAttachment, client, informers, stop.Token)
        );
        var events = new EventRecorder(client, "test", "test", world.Time, NullLogger.Instance);
        var writer = new AttachmentWriter(view, client, new NetworkCatalog(world.Client, () => [], world.Time), events, world.Time);
        var refused = new List<int>();
        kubernetes.Faults.AfterRequest = (request, code) =>
        {
            if (request.IsWrite && code >= 400)
            {
                refused.Add(code);
            }

            return ValueTask.FromResult<Simulator.Kubernetes.Faults.FaultAction?>(null);
        };
        kubernetes.Faults.ResetCounts();

        // That it is being made is told once, when it has lasted.
        Assert.Equal(TransientReasons.Deferral, await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Equal(0, kubernetes.Faults.Count().Writes);
        world.Time.Advance(TransientReasons.Deferral);
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, null, null, null, Ct));
        Assert.Equal(1, kubernetes.Faults.Count().Writes);

        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, A.Row(attachment: A.Attached()), null, null, Ct));
        Assert.Null(await writer.ReportAsync(view.Attachment(name)!, A.Row(attachment: A.Attached()), null, null, Ct));
        Assert.Equal(2, kubernetes.Faults.Count().Writes);

        var deletion = await client.DeleteAsync(Kinds.EniAttachment, ObjectKey.Cluster(name), new DeleteOptions(), Ct);
        view.Wrote(deletion.Remaining!);
        Assert.True(view.Attachment(name)!.Metadata.IsBeingDeleted);
        await writer.RemoveFinalizerAsync(view.Attachment(name)!, Names.EniFinalizer, Ct);

        Assert.Null(view.Attachment(name));
        Assert.Null(kubernetes.Store.Find(Attachments, name));
        Assert.Empty(refused);
        await stop.CancelAsync();
        await Task.WhenAll(informers);
    }

    [Fact]
    public async Task An_agent_that_spoke_since_it_was_taken_for_dead_keeps_its_finalizer()
    {
        await using var world = await Ec2World.StartAsync();
        var never = new WatchLag(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Seed: 1);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { WatchLag = never }, Ct);
        var name = Store(kubernetes, Names.DeviceFinalizer);
        using var http = KubernetesConnection.Open(
            new KubernetesConfig { Server = kubernetes.BaseAddress, Source = "test" },
            "test",
            TimeProvider.System
        );
        var client = new KubernetesClient(http, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var informers = new List<Task>();
        var view = new ClusterView(
            await CacheAsync(Kinds.NodeEni, client, informers, stop.Token),
            await CacheAsync(Kinds.Node, client, informers, stop.Token),
            await CacheAsync(Kinds.EniAttachment, client, informers, stop.Token)
        );
        var events = new EventRecorder(client, "test", "test", world.Time, NullLogger.Instance);
        var writer = new AttachmentWriter(view, client, new NetworkCatalog(world.Client, () => [], world.Time), events, world.Time);
        var seen = view.Attachment(name)!;
        kubernetes.Store.Change(
            Attachments,
            name,
            live => live["status"] = new JsonObject { ["device"] = new JsonObject { ["driver"] = "ena" } },
            WriteOptions.Status
        );

        Assert.False(await writer.DropDeviceFinalizerAsync(seen, Ct));
        Assert.Equal([Names.DeviceFinalizer], FinalizersOf(kubernetes, name));

        var newest = (await client.GetAsync(Kinds.EniAttachment, ObjectKey.Cluster(name), Ct))!;
        Assert.True(await writer.DropDeviceFinalizerAsync(newest, Ct));
        Assert.Empty(FinalizersOf(kubernetes, name));
        await stop.CancelAsync();
        await Task.WhenAll(informers);
    }

    private static IEnumerable<string> FinalizersOf(KubernetesSimulator kubernetes, string name) =>
        (kubernetes.Store.Find(Attachments, name)!["metadata"]!["finalizers"]?.AsArray() ?? []).Select(finalizer => finalizer!.GetValue<string>());

    private static async Task<IObjectCache<T>> CacheAsync<T>(
        ResourceKind<T> kind,
        KubernetesClient client,
        List<Task> running,
        CancellationToken cancellationToken
    )
        where T : class, Api.Kubernetes.IKubernetesObject
    {
        var informer = new Informer<T>(client, kind, InformerScope.All, null, TimeProvider.System, NullLogger.Instance);
        running.Add(informer.RunAsync(cancellationToken));
        return await informer.SyncedAsync(cancellationToken);
    }

    private static string Store(KubernetesSimulator kubernetes, string finalizer = Names.EniFinalizer)
    {
        var attachment = A.Attachment();
        var spec = JsonNode.Parse(JsonSerializer.Serialize(attachment, ApiJson.Default.EniAttachment))!["spec"]!.DeepClone();
        kubernetes.Store.Create(
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
