using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What the API server itself does to objects of <c>resource.k8s.io</c>.</summary>
internal static class DeviceRules
{
    public const string Claims = "resourceclaims.resource.k8s.io";

    /// <summary>
    /// The label of namespaces in which claims may ask for devices that are in use.
    /// </summary>
    public const string AdminLabel = "resource.kubernetes.io/admin-access";

    // Attributes of several values are behind a gate, and fields whose gate is closed are dropped.
    private static readonly string[] GatedAttributes = ["ints", "bools", "strings", "versions"];

    public static void DefaultSlice(JsonObject spec, string now)
    {
        foreach (var device in spec.Objects("devices"))
        {
            foreach (var taint in device.Objects("taints"))
            {
                taint["timeAdded"] ??= now;
            }

            foreach (var (_, attribute) in device["attributes"] as JsonObject ?? [])
            {
                foreach (var field in GatedAttributes)
                {
                    (attribute as JsonObject)?.Remove(field);
                }
            }
        }
    }

    public static void DefaultClaim(JsonObject spec)
    {
        foreach (var request in (spec["devices"] as JsonObject).Objects("requests"))
        {
            IEnumerable<JsonObject> asked = request["exactly"] is JsonObject exactly
                ? request.Objects("firstAvailable").Append(exactly)
                : request.Objects("firstAvailable");
            foreach (var devices in asked.Where(static devices => devices.Text("allocationMode") == "ExactCount"))
            {
                devices["count"] ??= 1;
            }
        }
    }

    /// <summary>
    /// Takes out of a claim's status what is said of devices that it no longer has.
    /// </summary>
    public static void DropReleased(JsonObject live, JsonObject obj)
    {
        var released = Results(live).Select(KeyOf).Except(Results(obj).Select(KeyOf)).ToHashSet();
        if (obj["status"] is JsonObject status && status["devices"] is JsonArray devices)
        {
            devices.RemoveAll(device => released.Contains(KeyOf((JsonObject)device!)));
            if (devices.Count == 0)
            {
                status.Remove("devices");
            }
        }
    }

    /// <summary>
    /// Where an object asks for access to devices in use, or newly gets it; null when it does not.
    /// </summary>
    public static string? AdminAccess(AdmissionAttempt attempt) =>
        (attempt.Resource.GroupResource, attempt.Operation) switch
        {
            (Claims, "CREATE") => Asked(attempt.Object!["spec"]),
            ("resourceclaimtemplates.resource.k8s.io", "CREATE") => Asked(attempt.Object!["spec"]?["spec"]),
            (Claims, _) when !Results(attempt.OldObject!).Exists(static result => result.Flag("adminAccess")) => At(
                "status.allocation.devices.results",
                Results(attempt.Object!)
            ),
            _ => null,
        };

    private static string? Asked(JsonNode? spec) =>
        At(
            "spec.devices.requests",
            (spec?["devices"] as JsonObject).Objects("requests").Select(static request => request["exactly"] as JsonObject ?? [])
        );

    private static string? At(string path, IEnumerable<JsonObject> entries) =>
        entries.ToList().FindIndex(static entry => entry.Flag("adminAccess")) is var index and >= 0 ? $"{path}[{index}].adminAccess" : null;

    private static List<JsonObject> Results(JsonObject claim) => (claim["status"]?["allocation"]?["devices"] as JsonObject).Objects("results");

    private static (string?, string?, string?) KeyOf(JsonObject device) => (device.Text("driver"), device.Text("pool"), device.Text("device"));
}
