using System.Globalization;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Scheduling;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>The status of pods, as kubelet and scheduler write it.</summary>
internal static class PodStatuses
{
    /// <summary>Its containers run.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="hostAddress">Address of its node.</param>
    /// <param name="podAddress">Its own.</param>
    /// <param name="now">The time, as the API writes it.</param>
    /// <param name="restarts">How often its containers were started again.</param>
    /// <param name="devices">Devices of its containers, by resource.</param>
    internal static JsonObject Running(
        ClusterObject pod,
        string hostAddress,
        string podAddress,
        string now,
        int restarts,
        IReadOnlyDictionary<string, IReadOnlyList<string>> devices
    )
    {
        var containers = new JsonArray();
        foreach (var container in pod.Containers)
        {
            var status = Container(container, restarts, ready: true, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } });
            if (Allocated(container, devices) is { Count: > 0 } allocated)
            {
                status["allocatedResourcesStatus"] = allocated;
            }

            containers.Add((JsonNode)status);
        }

        return new JsonObject
        {
            ["phase"] = "Running",
            ["hostIP"] = hostAddress,
            ["podIP"] = podAddress,
            ["startTime"] = now,
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
        ClusterObject pod,
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
        foreach (var container in pod.Containers)
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

    private static JsonArray Allocated(JsonObject container, IReadOnlyDictionary<string, IReadOnlyList<string>> devices) =>
        new([
            .. devices
                .Where(held => PodNeeds.AsksFor(container, held.Key))
                .Select(held =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = held.Key,
                            ["resources"] = new JsonArray([
                                .. held.Value.Select(id => (JsonNode)new JsonObject { ["resourceID"] = id, ["health"] = "Healthy" }),
                            ]),
                        }
                ),
        ]);

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
