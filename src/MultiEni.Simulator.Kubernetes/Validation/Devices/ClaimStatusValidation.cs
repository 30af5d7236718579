using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>
/// What holds for the status of ResourceClaims, which the scheduler and drivers write.
/// </summary>
/// <param name="checks">What DRA kinds have in common.</param>
/// <param name="spec">Knows what the claim asks for.</param>
internal sealed partial class ClaimStatusValidation(DeviceChecks checks, ResourceClaimValidation spec)
{
    private const int MostConsumers = 256;
    private const int MostResults = 32;
    private const int MostDevices = 32;
    private const int MostConditions = 8;
    private const int MostAddresses = 16;
    private const int MostInterfaceBytes = 256;
    private const int MostHardwareAddressBytes = 128;

    private readonly FieldErrors _errors = checks.Errors;

    public void Check(JsonObject obj, JsonObject old)
    {
        var status = obj["status"] as JsonObject ?? [];
        var allocation = status["allocation"] as JsonObject;
        CheckConsumers(obj, status, old["status"] as JsonObject ?? []);
        var allocated = (allocation?["devices"] as JsonObject).Objects("results").Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        var devices = status.Objects("devices");
        checks.Require(devices.Count <= MostDevices, $"more than {MostDevices} devices in its status");
        checks.Require(devices.DistinctBy(KeyOf, StringComparer.Ordinal).Count() == devices.Count, "a device that is listed twice in its status");
        checks.Each<JsonObject>(status, "devices", "status", MostDevices, (device, at) => CheckDevice(device, at, allocated));
        if (allocation is null)
        {
            return;
        }

        if (old["status"]?["allocation"] is not { } before)
        {
            CheckAllocation(allocation);
        }
        else if (!JsonNode.DeepEquals(allocation, before))
        {
            _errors.InvalidStructure("status.allocation", GoStructure.Show(allocation, "AllocationResult"), "field is immutable");
        }
    }

    private void CheckConsumers(JsonObject obj, JsonObject status, JsonObject old)
    {
        checks.Each<JsonObject>(
            status,
            "reservedFor",
            "status",
            MostConsumers,
            (consumer, at) =>
                checks.Require(
                    consumer.Text("resource") is { Length: > 0 }
                        && consumer.Text("name") is { Length: > 0 }
                        && consumer.Text("uid") is { Length: > 0 },
                    at
                ),
            static consumer => consumer.Text("uid") ?? ""
        );
        var consumers = status["reservedFor"] as JsonArray ?? [];
        if (consumers.Count > 0 && status["allocation"] is null)
        {
            _errors.Forbidden("status.reservedFor", "may not be specified when `allocated` is not set");
        }

        var before = old["reservedFor"] as JsonArray ?? [];
        checks.Require(
            obj["metadata"]?["deletionTimestamp"] is null
                || consumers.All(consumer => before.Any(candidate => JsonNode.DeepEquals(candidate, consumer))),
            "a consumer that is added while it is being deleted"
        );
    }

    private void CheckAllocation(JsonObject allocation)
    {
        const string path = "status.allocation.devices";
        var devices = allocation["devices"] as JsonObject;
        checks.Each<JsonObject>(devices, "results", path, MostResults, CheckResult);
        checks.Each<JsonObject>(devices, "config", path, 2 * DeviceChecks.MostConfigurations, CheckConfiguration);
        checks.NodeSelector(allocation["nodeSelector"] as JsonObject, "status.allocation.nodeSelector");
    }

    private void CheckResult(JsonObject result, string path)
    {
        spec.Reference($"{path}.request", result.Text("request") ?? "");
        checks.Driver($"{path}.driver", result.Text("driver") ?? "");
        checks.Pool($"{path}.pool", result.Text("pool") ?? "");
        checks.Label($"{path}.device", result.Text("device") ?? "");
        checks.BindingConditions(result, path);
        checks.Tolerations(result, path);
        CheckShare(result, path);
    }

    private void CheckConfiguration(JsonObject configuration, string path)
    {
        checks.Require(configuration.Text("source") is "FromClass" or "FromClaim", $"{path}.source");
        spec.References(configuration, path);
        checks.Configuration(configuration, path);
    }

    private void CheckDevice(JsonObject device, string path, HashSet<string> allocated)
    {
        checks.Driver($"{path}.driver", device.Text("driver") ?? "");
        checks.Pool($"{path}.pool", device.Text("pool") ?? "");
        checks.Label($"{path}.device", device.Text("device") ?? "");
        CheckShare(device, path);
        if (!allocated.Contains(KeyOf(device)))
        {
            _errors.InvalidStructure(path, KeyOf(device), "must be an allocated device in the claim");
        }

        var conditions = device.Objects("conditions");
        checks.Require(
            conditions.DistinctBy(static condition => condition.Text("type")).Count() == conditions.Count,
            $"the types of {path}.conditions"
        );
        checks.Each<JsonObject>(device, "conditions", path, MostConditions, CheckCondition);
        if (device["data"] is { } data)
        {
            checks.Raw($"{path}.data", data);
        }

        if (device["networkData"] is JsonObject network)
        {
            CheckNetwork(network, $"{path}.networkData");
        }
    }

    private void CheckCondition(JsonObject condition, string path)
    {
        var reason = condition.Text("reason") ?? "";
        _errors.Supported($"{path}.status", condition.Text("status"), "False", "True", "Unknown");
        if (reason.Length == 0)
        {
            _errors.Required($"{path}.reason");
        }

        checks.Require(
            !Names.QualifiedName(condition.Text("type") ?? "").Any()
                && condition["lastTransitionTime"] is not null
                && condition.Integer("observedGeneration") is null or >= 0
                && (reason.Length == 0 || (reason.Length <= 1024 && Reason().IsMatch(reason)))
                && condition.Text("message") is not { Length: > 32768 },
            path
        );
    }

    private void CheckNetwork(JsonObject network, string path)
    {
        CheckLength("interfaceName", MostInterfaceBytes);
        CheckLength("hardwareAddress", MostHardwareAddressBytes);
        checks.Each<JsonValue>(network, "ips", path, MostAddresses, CheckAddress, static address => address.GetValue<string>());

        void CheckLength(string field, int most)
        {
            if (Encoding.UTF8.GetByteCount(network.Text(field) ?? "") > most)
            {
                _errors.TooLong($"{path}.{field}", most);
            }
        }
    }

    private void CheckAddress(JsonValue text, string path)
    {
        var parts = text.GetValue<string>().Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out var address))
        {
            _errors.Invalid(path, text, "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
            return;
        }

        checks.Require(
            address.ToString() == parts[0]
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length.ToString(CultureInfo.InvariantCulture) == parts[1]
                && length <= (address.GetAddressBytes().Length * 8),
            $"the form of {path}"
        );
    }

    private void CheckShare(JsonObject device, string path) =>
        checks.Require(
            device.Text("shareID") is not { } share || (Guid.TryParseExact(share, "D", out var id) && id.ToString() == share),
            $"{path}.shareID"
        );

    // What tells devices apart, as the server shows it.
    private static string KeyOf(JsonObject device) =>
        GoStructure.Text(
            new JsonObject
            {
                ["Driver"] = device.Text("driver") ?? "",
                ["Pool"] = device.Text("pool") ?? "",
                ["Device"] = device.Text("device") ?? "",
                ["ShareID"] = device.Text("shareID") ?? "",
            }
        );

    [GeneratedRegex(@"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reason();
}
