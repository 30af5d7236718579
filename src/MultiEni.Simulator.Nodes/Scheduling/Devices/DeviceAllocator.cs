using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>
/// Decides which devices of a node claims get.
/// https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
/// </summary>
/// <param name="classes">The DeviceClasses, by their names.</param>
/// <param name="selectors">Expressions compiled before.</param>
internal sealed class DeviceAllocator(IReadOnlyDictionary<string, JsonObject> classes, SelectorCache selectors)
{
    private const string NoDevices = "cannot allocate all claims";

    /// <summary>Looks for devices for the claims of one pod on one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="claims">The claims; those that are allocated only have to fit the node.</param>
    /// <param name="slices">ResourceSlices, of other nodes too.</param>
    /// <param name="held">Devices that other claims hold.</param>
    internal AllocationOutcome Allocate(NodeOffer node, IReadOnlyList<JsonObject> claims, IEnumerable<JsonObject> slices, IReadOnlySet<DeviceId> held)
    {
        if (claims.Select(AllocationOf).OfType<JsonObject>().Any(allocation => !Fits(allocation, node)))
        {
            return new AllocationOutcome.NotOnNode("resourceclaim not available on the node");
        }

        var open = claims.Where(static claim => AllocationOf(claim) is null).ToList();
        if (open.SelectMany(Asked).FirstOrDefault(asked => !classes.ContainsKey(ClassOf(asked))) is { } unknown)
        {
            return new AllocationOutcome.Failed($"could not retrieve device class {ClassOf(unknown)}");
        }

        var search = new AllocationSearch(DevicePool.Of(node, slices), [.. open.Select(Read)], held, selectors);
        if (!search.Run())
        {
            return search.Failure is { } why ? new AllocationOutcome.Failed(why) : new AllocationOutcome.NotOnNode(NoDevices);
        }

        var found = new Queue<JsonObject>(open.Zip(search.Results, (claim, devices) => AllocationResult.Of(claim, devices, node.Name)));
        return new AllocationOutcome.Allocated([.. claims.Select(claim => AllocationOf(claim) is null ? found.Dequeue() : null)]);
    }

    private ClaimNeeds Read(JsonObject claim) =>
        new([.. Requests(claim).Select(Alternatives)], [.. (claim["spec"]?["devices"]?["constraints"] as JsonArray ?? []).OfType<JsonObject>()]);

    private IReadOnlyList<AskedDevices> Alternatives(JsonObject request)
    {
        var name = NameOf(request);
        return request["exactly"] is JsonObject exactly
            ? [new AskedDevices(name, exactly, classes[ClassOf(exactly)])]
            : [.. FirstAvailable(request).Select(asked => new AskedDevices($"{name}/{NameOf(asked)}", asked, classes[ClassOf(asked)]))];
    }

    private static bool Fits(JsonObject allocation, NodeOffer node) =>
        allocation["nodeSelector"] is not JsonObject selector || NodeMatch.Selects(selector, node);

    private static JsonObject? AllocationOf(JsonObject claim) => claim["status"]?["allocation"] as JsonObject;

    private static IEnumerable<JsonObject> Requests(JsonObject claim) =>
        (claim["spec"]?["devices"]?["requests"] as JsonArray ?? []).OfType<JsonObject>();

    private static IEnumerable<JsonObject> Asked(JsonObject claim) =>
        Requests(claim).SelectMany(static request => request["exactly"] is JsonObject exactly ? [exactly] : FirstAvailable(request));

    private static IEnumerable<JsonObject> FirstAvailable(JsonObject request) => (request["firstAvailable"] as JsonArray ?? []).OfType<JsonObject>();

    private static string ClassOf(JsonObject asked) => asked["deviceClassName"]?.GetValue<string>() ?? "";

    private static string NameOf(JsonObject request) => request["name"]?.GetValue<string>() ?? "";
}
