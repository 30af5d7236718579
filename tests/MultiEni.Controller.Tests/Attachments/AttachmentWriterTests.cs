using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Tests.Ec2;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AttachmentWriterTests
{
    private const string Attachments = $"{Names.EniAttachmentPlural}.{Names.Group}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_cache_does_not_show_yet_is_not_written_twice_and_is_not_kept_for_ever()
    {
        await using var world = await Ec2World.StartAsync();
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var http = KubernetesConnection.Open(
            new KubernetesConfig { Server = kubernetes.BaseAddress, Source = "test" },
            "test",
            TimeProvider.System
        );
        var client = new KubernetesClient(http, TimeProvider.System);
        var events = new EventRecorder(client, "test", "test", world.Time, NullLogger.Instance);
        var writer = new AttachmentWriter(client, new NetworkCatalog(world.Client, () => [], world.Time), events, world.Time);
        var cached = Store(kubernetes);
        kubernetes.Faults.ResetCounts();

        await writer.ReportAsync(cached, null, null, null, Ct);
        await writer.ReportAsync(cached, null, null, null, Ct);
        Assert.Equal(1, kubernetes.Faults.Count().Writes);

        writer.Forget(cached.Metadata.Name);
        await writer.ReportAsync(cached, null, null, null, Ct);
        Assert.Equal(2, kubernetes.Faults.Count().Writes);
    }

    private static EniAttachment Store(KubernetesSimulator kubernetes)
    {
        var attachment = A.Attachment();
        var spec = JsonNode.Parse(JsonSerializer.Serialize(attachment, ApiJson.Default.EniAttachment))!["spec"]!.DeepClone();
        var stored = kubernetes.Store.Create(
            Attachments,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = attachment.Metadata.Name },
                ["spec"] = spec,
            }
        );
        return JsonSerializer.Deserialize(stored, ApiJson.Default.EniAttachment)!;
    }
}
