using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>An allocation as it stands in a claim's status.</summary>
internal static class AllocationResult
{
    /// <summary>
    /// What belongs into <c>status.allocation</c> of a claim; the time of it is for whoever writes
    /// it.
    /// </summary>
    internal static JsonObject Of(JsonObject claim, IReadOnlyList<GivenDevice> devices, string node)
    {
        var parts = new JsonObject { ["results"] = new JsonArray([.. devices.Select(Result)]) };
        if (Configurations(claim, devices) is { Count: > 0 } configurations)
        {
            parts["config"] = configurations;
        }

        var allocation = new JsonObject { ["devices"] = parts };
        if (NodeSelector(devices, node) is { } selector)
        {
            allocation["nodeSelector"] = selector;
        }

        return allocation;
    }

    private static JsonNode Result(GivenDevice given)
    {
        var result = new JsonObject
        {
            ["request"] = given.For.Request,
            ["driver"] = given.Device.Id.Driver,
            ["pool"] = given.Device.Id.Pool,
            ["device"] = given.Device.Id.Name,
        };
        Copy(given.For.Json, "adminAccess");
        Copy(given.For.Json, "tolerations");
        Copy(given.Device.Json, "bindingConditions");
        Copy(given.Device.Json, "bindingFailureConditions");
        return result;

        void Copy(JsonObject from, string field)
        {
            if (from[field] is { } value)
            {
                result[field] = value.DeepClone();
            }
        }
    }

    // Those of the classes come first: a driver lets later ones override earlier ones.
    private static JsonArray Configurations(JsonObject claim, IReadOnlyList<GivenDevice> devices)
    {
        var all = new JsonArray();
        var requests = devices.Select(static given => given.For).DistinctBy(static asked => asked.Request).ToList();
        foreach (var asked in requests)
        {
            foreach (var configuration in Entries(asked.Class["spec"]))
            {
                all.Add((JsonNode)Configuration("FromClass", new JsonArray(asked.Request), configuration));
            }
        }

        foreach (var configuration in Entries(claim["spec"]?["devices"]))
        {
            var named = configuration["requests"] as JsonArray;
            if (requests.Exists(asked => asked.IsAmong(named)))
            {
                all.Add((JsonNode)Configuration("FromClaim", named?.DeepClone(), configuration));
            }
        }

        return all;
    }

    private static JsonObject Configuration(string source, JsonNode? requests, JsonObject configuration)
    {
        var result = new JsonObject { ["source"] = source };
        if (requests is not null)
        {
            result["requests"] = requests;
        }

        result["opaque"] = configuration["opaque"]?.DeepClone();
        return result;
    }

    private static IEnumerable<JsonObject> Entries(JsonNode? owner) => (owner?["config"] as JsonArray ?? []).OfType<JsonObject>();

    // The nodes on which the pod can use all devices: one, those that satisfy all selectors, or,
    // without any, all.
    private static JsonObject? NodeSelector(IReadOnlyList<GivenDevice> devices, string node)
    {
        var expressions = new JsonArray();
        var fields = new JsonArray();
        foreach (var device in devices.Select(static given => given.Device))
        {
            if (device.IsForOneNode)
            {
                var name = new JsonObject
                {
                    ["key"] = "metadata.name",
                    ["operator"] = "In",
                    ["values"] = new JsonArray(node),
                };
                return Selector(new JsonObject { ["matchFields"] = new JsonArray(name) });
            }

            var term = device.Place["nodeSelector"]?["nodeSelectorTerms"]?[0];
            Merge(expressions, term?["matchExpressions"] as JsonArray);
            Merge(fields, term?["matchFields"] as JsonArray);
        }

        var merged = new JsonObject();
        foreach (var (field, requirements) in new[] { ("matchExpressions", expressions), ("matchFields", fields) })
        {
            if (requirements.Count > 0)
            {
                merged[field] = requirements;
            }
        }

        return merged.Count > 0 ? Selector(merged) : null;
    }

    private static void Merge(JsonArray target, JsonArray? requirements)
    {
        foreach (var requirement in requirements ?? [])
        {
            if (!target.Any(present => JsonNode.DeepEquals(present, requirement)))
            {
                target.Add(requirement?.DeepClone());
            }
        }
    }

    private static JsonObject Selector(JsonObject term) => new() { ["nodeSelectorTerms"] = new JsonArray(term) };
}
