using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Cli.Tests.Doctor;

/// <summary>
/// An installation with the DRA driver on one node, whose slice and claims the tests write.
/// </summary>
internal sealed class ClaimBed : IAsyncDisposable
{
    private const string Driver = "eni.networking.k8s.aws";

    private ClaimBed(TestCluster cluster) => Cluster = cluster;

    public TestCluster Cluster { get; }

    private ObjectStore Store => Cluster.Server.Store;

    public static async Task<ClaimBed> StartAsync(string publisher = "dra", KubernetesSimulatorOptions? options = null)
    {
        var bed = new ClaimBed(await TestCluster.StartInstalledAsync(options));
        bed.Publisher(publisher);
        bed.Store.Create(
            "deviceclasses.resource.k8s.io",
            Parse($$"""{"metadata":{"name":"{{Driver}}"},"spec":{"selectors":[{"cel":{"expression":"device.driver == '{{Driver}}'"} }] } }""")
        );
        bed.Store.Create("namespaces", Parse("""{"metadata":{"name":"team"} }"""));
        return bed;
    }

    /// <summary>How the ENI managers advertise devices.</summary>
    public ClaimBed Publisher(string publisher)
    {
        Cluster.Patch(
            "daemonsets.apps",
            "eni-manager",
            $$$"""
            {"spec":{"template":{"spec":{"containers":[{"name":"eni-manager","image":"eni-manager:1","securityContext":{"privileged":true},
             "env":[{"name":"DEVICE_PUBLISHER","value":"{{{publisher}}}"}] }] } } } }
            """,
            status: false
        );
        return this;
    }

    /// <summary>What the node's kubelet says of its software.</summary>
    public ClaimBed Versions(string kubelet = "v1.34.1", string runtime = "containerd://2.1.4") =>
        Patch(
            "nodes",
            "n1",
            $$$"""{"status":{"nodeInfo":{"kubeletVersion":"{{{kubelet}}}","containerRuntimeVersion":"{{{runtime}}}"} } }""",
            status: true,
            home: ""
        );

    /// <summary>Devices of a node, each as <c>name</c> or <c>name!taint</c>.</summary>
    public ClaimBed Slice(string node, params string[] devices)
    {
        var entries = devices.Select(device =>
        {
            var parts = device.Split('!');
            var entry = Parse($$$"""{"name":"{{{parts[0]}}}","attributes":{"nodeENI":{"string":"data"},"subnet":{"string":"subnet-1"} } }""");
            if (parts.Length > 1)
            {
                entry["taints"] = new JsonArray(Parse($$"""{"key":"{{Driver}}/{{parts[1]}}","effect":"NoSchedule"}"""));
            }

            return (JsonNode)entry;
        });
        var slice = Parse(
            $$$"""
            {"metadata":{"name":"{{{node}}}-{{{Driver}}}"},
             "spec":{"driver":"{{{Driver}}}","nodeName":"{{{node}}}","pool":{"name":"{{{node}}}","generation":1,"resourceSliceCount":1} } }
            """
        );
        slice["spec"]!["devices"] = new JsonArray([.. entries]);
        Store.Create("resourceslices.resource.k8s.io", slice);
        return this;
    }

    /// <summary>A claim that is old enough to be talked about, and the pod that uses it.</summary>
    public ClaimBed Claim(string name, string selector = "", string? device = null, bool reserved = true, bool reported = false, int count = 1)
    {
        var selectors = selector.Length == 0 ? "" : $$$""","selectors":[{"cel":{"expression":"{{{selector}}}"} }]""";
        Create(
            "resourceclaims.resource.k8s.io",
            name,
            $$$"""{"devices":{"requests":[{"name":"nic","exactly":{"deviceClassName":"{{{Driver}}}","allocationMode":"ExactCount","count":{{{count}}}{{{selectors}}} } }] } }"""
        );
        Create(
            "pods",
            $"{name}-pod",
            $$$"""{"nodeName":"{{{(device is null ? "" : "n1")}}}","containers":[{"name":"c","image":"c:1"}],"resourceClaims":[{"name":"nic","resourceClaimName":"{{{name}}}"}] }"""
        );
        if (device is not null)
        {
            var reservedFor = reserved ? $$$""","reservedFor":[{"resource":"pods","name":"{{{name}}}-pod","uid":"u"}]""" : "";
            var devices = reported ? $$$""","devices":[{"driver":"{{{Driver}}}","pool":"n1","device":"{{{device}}}"}]""" : "";
            Patch(
                "resourceclaims.resource.k8s.io",
                name,
                $$$"""{"status":{"allocation":{"devices":{"results":[{"request":"nic","driver":"{{{Driver}}}","pool":"n1","device":"{{{device}}}"}] } }{{{reservedFor}}}{{{devices}}} } }""",
                status: true
            );
        }

        return this;
    }

    public ClaimBed Pod(string name, string status) => Patch("pods", name, $$"""{"status":{{status}} }""", status: true);

    /// <summary>An event of the kubelet about a pod.</summary>
    public ClaimBed Unprepared(string pod, string message)
    {
        Store.Create(
            "events",
            Parse(
                $$$"""
                {"metadata":{"name":"{{{pod}}}.1","namespace":"team"},"involvedObject":{"kind":"Pod","namespace":"team","name":"{{{pod}}}"},
                 "type":"Warning","reason":"FailedPrepareDynamicResources","message":"{{{message}}}"}
                """
            )
        );
        return this;
    }

    public ClaimBed Patch(string resource, string name, string patch, bool status = false, string home = "team")
    {
        Store.MergePatch(resource, name, Parse(patch), status ? WriteOptions.Status : WriteOptions.Default, home);
        return this;
    }

    /// <summary>The findings about an object, as the doctor prints them for scripts, ten minutes later.</summary>
    public async Task<IReadOnlyList<JsonNode>> FindingsAsync(string about)
    {
        var later = new LaterClock(TimeSpan.FromMinutes(10));
        var run = await Cluster.RunAsync(new CommandRunOptions { Time = later }, "doctor", "-o", "json");
        return
        [
            .. JsonNode.Parse(run.Output)!["findings"]!
                .AsArray()
                .OfType<JsonNode>()
                .Where(finding => finding["object"]!.GetValue<string>().Contains(about, StringComparison.Ordinal)),
        ];
    }

    /// <summary>The only finding about an object.</summary>
    public async Task<(string Severity, string Seen, string Remedies)> FindingAsync(string about)
    {
        var finding = Assert.Single(await FindingsAsync(about));
        Assert.NotEmpty(finding["remedies"]!.AsArray());
        return (finding["severity"]!.GetValue<string>(), finding["seen"]!.GetValue<string>(), finding["remedies"]!.ToJsonString());
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private void Create(string resource, string name, string spec) =>
        Store.Create(resource, Parse($$$"""{"metadata":{"name":"{{{name}}}","namespace":"team"},"spec":{{{spec}}} }"""));

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
