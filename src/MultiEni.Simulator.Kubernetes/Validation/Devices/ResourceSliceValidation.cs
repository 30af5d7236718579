using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>What holds for ResourceSlices.</summary>
internal sealed partial class ResourceSliceValidation(DeviceChecks checks)
{
    private const int MostDevices = 128;
    private const int MostDevicesWithMore = 64;
    private const int MostAttributes = 32;
    private const int MostValueBytes = 64;
    private const int MostTaints = 16;
    private const int MostCounterSets = 8;
    private const int MostConsumedSets = 2;
    private const int MostCounters = 32;

    private static readonly string[] Selections = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"];

    private readonly FieldErrors _errors = checks.Errors;

    public void Check(JsonObject obj, JsonObject? old)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        var pool = spec["pool"] as JsonObject ?? [];
        checks.Driver("spec.driver", spec.Text("driver") ?? "");
        checks.Pool("spec.pool.name", pool.Text("name") ?? "");
        if (pool.Integer("resourceSliceCount") is null or <= 0)
        {
            _errors.Invalid("spec.pool.resourceSliceCount", pool.Integer("resourceSliceCount") ?? 0, "must be greater than zero");
        }

        if (pool.Integer("generation") < 0)
        {
            _errors.Invalid("spec.pool.generation", pool["generation"], "must be greater than or equal to zero");
        }

        CheckFixed("spec.driver", spec["driver"], old?["spec"]?["driver"]);
        CheckFixed("spec.pool.name", pool["name"], old?["spec"]?["pool"]?["name"]);
        CheckFixed("spec.nodeName", spec["nodeName"], old?["spec"]?["nodeName"]);
        CheckNodes(spec);
        CheckDevices(spec);

        void CheckFixed(string path, JsonNode? now, JsonNode? before)
        {
            if (old is not null && !JsonNode.DeepEquals(now, before))
            {
                _errors.Invalid(path, now, "field is immutable");
            }
        }
    }

    private void CheckNodes(JsonObject spec)
    {
        var chosen = Chosen(spec, "spec", Selections);
        if (spec["nodeSelector"]?["nodeSelectorTerms"] is JsonArray { Count: > 1 } terms)
        {
            _errors.InvalidStructure(
                "spec.nodeSelector.nodeSelectorTerms",
                GoStructure.ShowList(terms, "NodeSelectorTerm"),
                "must have exactly one node selector term"
            );
        }

        const string one = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        if (chosen.Count == 0)
        {
            _errors.Required("spec", one);
        }
        else if (chosen.Count > 1)
        {
            _errors.Invalid("spec", $"{{{string.Join(", ", chosen)}}}", one + ", but multiple fields are set");
        }
    }

    // The fields of these that are set, each in backquotes.
    private List<string> Chosen(JsonObject owner, string path, IEnumerable<string> fields)
    {
        var chosen = new List<string>();
        foreach (var field in fields)
        {
            switch (owner[field])
            {
                case null:
                    continue;
                case JsonObject selector:
                    checks.NodeSelector(selector, $"{path}.{field}");
                    break;
                case JsonValue value when value.TryGetValue<string>(out var node):
                    checks.Require(node.Length > 0, $"{path}.{field}, which is empty");
                    _errors.Invalid($"{path}.{field}", node, Names.Subdomain(node));
                    break;
                case var flag when !owner.Flag(field):
                    _errors.Invalid($"{path}.{field}", flag, "must be either unset or set to true");
                    continue;
            }

            chosen.Add($"`{field}`");
        }

        return chosen;
    }

    private void CheckDevices(JsonObject spec)
    {
        var devices = spec.Objects("devices");
        if (devices.Count > 0 && spec.Objects("sharedCounters").Count > 0)
        {
            _errors.Invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed");
        }

        var hasMore = devices.Exists(static device => device.Objects("taints").Count > 0 || device.Objects("consumesCounters").Count > 0);
        checks.Each<JsonObject>(
            spec,
            "devices",
            "spec",
            hasMore ? MostDevicesWithMore : MostDevices,
            (device, at) => CheckDevice(device, at, spec.Flag("perDeviceNodeSelection")),
            static device => device.Text("name") ?? ""
        );
        checks.Each<JsonObject>(
            spec,
            "sharedCounters",
            "spec",
            MostCounterSets,
            (set, at) => CheckCounters(set, at, "name"),
            static set => set.Text("name") ?? ""
        );
    }

    private void CheckDevice(JsonObject device, string path, bool choosesNodes)
    {
        if (device.Text("name") is { Length: > 63 } name)
        {
            _errors.Invalid($"{path}.name", name, "must be no more than 63 characters");
            checks.Require(!Names.Label(name).Skip(1).Any(), $"{path}.name");
        }
        else
        {
            checks.Label($"{path}.name", device.Text("name") ?? "");
        }

        var attributes = device["attributes"] as JsonObject ?? [];
        var capacities = device["capacity"] as JsonObject ?? [];
        if (attributes.Count + capacities.Count > MostAttributes)
        {
            _errors.Invalid(
                path,
                attributes.Count + capacities.Count,
                $"the total number of attributes and capacities must not exceed {MostAttributes}"
            );
        }

        foreach (var (key, attribute) in attributes)
        {
            checks.QualifiedName($"{path}.attributes", key);
            CheckAttribute(attribute as JsonObject ?? [], $"{path}.attributes[{key}]");
        }

        foreach (var (key, capacity) in capacities)
        {
            checks.QualifiedName($"{path}.capacity", key);
            CheckCapacity(capacity as JsonObject ?? [], $"{path}.capacity[{key}]", device.Flag("allowMultipleAllocations"));
        }

        checks.Each<JsonObject>(device, "taints", path, MostTaints, CheckTaint);
        checks.Each<JsonObject>(
            device,
            "consumesCounters",
            path,
            MostConsumedSets,
            (set, at) => CheckCounters(set, at, "counterSet"),
            static set => set.Text("counterSet") ?? ""
        );
        checks.BindingConditions(device, path);
        CheckNodesOf(device, path, choosesNodes);
    }

    private void CheckNodesOf(JsonObject device, string path, bool choosesNodes)
    {
        const string one =
            "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        var fields = Selections.Take(3);
        if (!choosesNodes)
        {
            checks.Require(!fields.Any(field => device[field] is not null), $"the nodes of {path}, as the slice has no perDeviceNodeSelection");
            return;
        }

        var chosen = Chosen(device, path, fields);
        if (chosen.Count == 0)
        {
            _errors.Required(path, one);
        }
        else if (chosen.Count > 1)
        {
            _errors.Invalid(path, $"{{{string.Join(", ", chosen)}}}", one);
        }
    }

    private void CheckAttribute(JsonObject attribute, string path)
    {
        checks.Require(attribute.Count <= 1, $"{path}, which has more than one value");
        if (attribute.Count == 0)
        {
            _errors.Invalid(path, "", "exactly one value must be specified");
        }

        if (attribute.Text("version") is { } version && !SemanticVersion().IsMatch(version))
        {
            _errors.Invalid($"{path}.version", version, "must be a string compatible with semver.org spec 2.0.0");
        }

        foreach (var field in (ReadOnlySpan<string>)["string", "version"])
        {
            if (attribute.Text(field) is { } text && Encoding.UTF8.GetByteCount(text) > MostValueBytes)
            {
                _errors.TooLong($"{path}.{field}", MostValueBytes);
            }
        }
    }

    private void CheckCapacity(JsonObject capacity, string path, bool isShared)
    {
        if (capacity["requestPolicy"] is not JsonObject policy)
        {
            return;
        }

        if (!isShared)
        {
            _errors.Forbidden($"{path}.requestPolicy", "allowMultipleAllocations must be true");
            return;
        }

        checks.Require(CapacityPolicy.IsValid(policy, Quantity.Parse(capacity.Text("value")!)), $"{path}.requestPolicy");
    }

    private void CheckTaint(JsonObject taint, string path)
    {
        checks.Require(
            !Names.QualifiedName(taint.Text("key") ?? "").Any() && !Names.LabelValue(taint.Text("value") ?? "").Any(),
            $"the key or value of {path}"
        );
        if (!DeviceChecks.IsEffect(taint.Text("effect")))
        {
            checks.Require(taint.Text("effect") is { Length: > 0 }, $"{path}.effect, which is missing");
            _errors.Supported($"{path}.effect", taint.Text("effect"), "NoExecute", "NoSchedule", "None");
        }
    }

    private void CheckCounters(JsonObject set, string path, string name)
    {
        var counters = set["counters"] as JsonObject ?? [];
        checks.Label($"{path}.{name}", set.Text(name) ?? "");
        checks.Require(
            counters.Count is > 0 and <= MostCounters && counters.All(static counter => !Names.Label(counter.Key).Any()),
            $"{path}.counters"
        );
    }

    // https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string
    [GeneratedRegex(
        @"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex SemanticVersion();
}
