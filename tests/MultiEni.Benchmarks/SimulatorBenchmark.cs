using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Benchmarks;

/// <summary>
/// Creates attachments and lists them over HTTP. The last column is time per object against the
/// smallest case.
/// </summary>
internal static class SimulatorBenchmark
{
    public static async Task RunAsync()
    {
        Table.Head("objects", "create us each", "list ms", "list MB", "growth");
        var perObject = 0.0;
        foreach (var count in new[] { 1000, 5000, 20000 })
        {
            await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), CancellationToken.None);
            var start = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                kubernetes.Store.Create($"{Names.EniAttachmentPlural}.{Names.Group}", Attachment(i));
            }

            var create = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / count;
            using var http = new HttpClient { BaseAddress = kubernetes.BaseAddress };
            start = TimeProvider.System.GetTimestamp();
            var body = await http.GetByteArrayAsync($"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}");
            var list = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            perObject = perObject == 0 ? create : perObject;
            Table.Row(count, create, list, body.Length / 1e6, create / perObject);
        }
    }

    private static JsonObject Attachment(int i) =>
        new()
        {
            ["apiVersion"] = Names.ApiVersion,
            ["kind"] = Names.EniAttachmentKind,
            ["metadata"] = new JsonObject { ["name"] = $"bench-{i}" },
            ["spec"] = new JsonObject
            {
                ["nodeENIRef"] = new JsonObject { ["name"] = "bench", ["uid"] = "uid" },
                ["nodeName"] = $"node-{i / 4}",
                ["instanceID"] = $"i-{i / 4:x17}",
                ["slot"] = $"subnet-{i % 4}",
                ["subnetID"] = $"subnet-{i % 4}",
                ["securityGroupIDs"] = new JsonArray("sg-1"),
                ["deviceIndex"] = 1 + (i % 4),
                ["networkCardIndex"] = 0,
                ["device"] = new JsonObject { ["use"] = "Plain" },
            },
        };
}
