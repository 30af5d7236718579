using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>The status of pods, as kubelet and scheduler write it.</summary>
internal static class PodStatuses
{
    internal static JsonObject Running(JsonObject pod, string hostAddress, string podAddress, string now, int restarts, JsonArray? allocated)
    {
        var containers = new JsonArray();
        foreach (var container in Containers(pod))
        {
            var status = Container(container, restarts, ready: true, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } });
            if (allocated is { Count: > 0 })
            {
                status["allocatedResourcesStatus"] = allocated.DeepClone();
            }

            containers.Add((JsonNode)status);
        }

        return new JsonObject
        {
            ["phase"] = "Running",
            ["hostIP"] = hostAddress,
            ["podIP"] = podAddress,
            ["startTime"] = now,
            ["qosClass"] = "Burstable",
            ["conditions"] = new JsonArray(
                Condition("PodScheduled", "True", null, null, now),
                Condition("Initialized", "True", null, null, now),
                Condition("ContainersReady", "True", null, null, now),
                Condition("Ready", "True", null, null, now)
            ),
            ["containerStatuses"] = containers,
        };
    }

    /// <summary>A container that does not run: it crashed, or could not be created.</summary>
    internal static JsonObject Waiting(
        JsonObject pod,
        string phase,
        string hostAddress,
        string now,
        int restarts,
        string reason,
        string message,
        int? exitCode
    )
    {
        var containers = new JsonArray();
        foreach (var container in Containers(pod))
        {
            var waiting = new JsonObject
            {
                ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message },
            };
            var status = Container(container, restarts, ready: false, waiting);
            if (exitCode is { } code)
            {
                status["lastState"] = new JsonObject
                {
                    ["terminated"] = new JsonObject
                    {
                        ["exitCode"] = code,
                        ["reason"] = code == 0 ? "Completed" : "Error",
                        ["finishedAt"] = now,
                    },
                };
            }

            containers.Add((JsonNode)status);
        }

        return new JsonObject
        {
            ["phase"] = phase,
            ["hostIP"] = hostAddress,
            ["startTime"] = now,
            ["conditions"] = new JsonArray(
                Condition("PodScheduled", "True", null, null, now),
                Condition("Initialized", "True", null, null, now),
                Condition("ContainersReady", "False", "ContainersNotReady", "containers with unready status", now),
                Condition("Ready", "False", "ContainersNotReady", "containers with unready status", now)
            ),
            ["containerStatuses"] = containers,
        };
    }

    internal static JsonObject Failed(string reason, string message, string now) =>
        new()
        {
            ["phase"] = "Failed",
            ["reason"] = reason,
            ["message"] = message,
            ["startTime"] = now,
        };

    internal static JsonObject Condition(string type, string status, string? reason, string? message, string now)
    {
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastTransitionTime"] = now,
        };
        if (reason is not null)
        {
            condition["reason"] = reason;
            condition["message"] = message;
        }

        return condition;
    }

    internal static string Time(TimeProvider time) => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<JsonObject> Containers(JsonObject pod) => (pod["spec"]?["containers"] as JsonArray ?? []).OfType<JsonObject>();

    private static JsonObject Container(JsonObject container, int restarts, bool ready, JsonObject state) =>
        new()
        {
            ["name"] = container["name"]?.DeepClone(),
            ["image"] = container["image"]?.DeepClone(),
            ["imageID"] = "",
            ["ready"] = ready,
            ["started"] = ready,
            ["restartCount"] = restarts,
            ["state"] = state,
        };
}
