using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>Columns of built-in types, between Name and Age or after it.</summary>
internal static class BuiltInColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IReadOnlyList<TableColumn> Node { get; } =
    [TableColumns.Column("Status", static (obj, _) => NodeStatus(obj)), TableColumns.Column("Roles", static (obj, _) => Roles(obj))];

    public static IReadOnlyList<TableColumn> NodeWide { get; } =
    [
        TableColumns.Column("Version", static (obj, _) => Status(obj, "nodeInfo", "kubeletVersion") ?? ""),
        TableColumns.Column("Internal-IP", static (obj, _) => Address(obj, "InternalIP"), 1),
        TableColumns.Column("External-IP", static (obj, _) => Address(obj, "ExternalIP"), 1),
        TableColumns.Column("OS-Image", static (obj, _) => Known(Status(obj, "nodeInfo", "osImage")), 1),
        TableColumns.Column("Kernel-Version", static (obj, _) => Known(Status(obj, "nodeInfo", "kernelVersion")), 1),
        TableColumns.Column("Container-Runtime", static (obj, _) => Known(Status(obj, "nodeInfo", "containerRuntimeVersion")), 1),
    ];

    public static IReadOnlyList<TableColumn> Pod { get; } =
    [
        TableColumns.Column("Ready", static (obj, _) => ReadyContainers(obj)),
        TableColumns.Column("Status", static (obj, _) => PodStatus(obj)),
        TableColumns.Column("Restarts", static (obj, _) => Statuses(obj).Sum(static status => status.Integer("restartCount") ?? 0).ToString()),
    ];

    public static IReadOnlyList<TableColumn> PodWide { get; } =
    [
        TableColumns.Column("IP", static (obj, _) => obj.Text("status", "podIP") ?? "<none>", 1),
        TableColumns.Column("Node", static (obj, _) => obj.Text("spec", "nodeName") ?? "<none>", 1),
        TableColumns.Column("Nominated Node", static (obj, _) => obj.Text("status", "nominatedNodeName") ?? "<none>", 1),
        TableColumns.Column("Readiness Gates", static (_, _) => "<none>", 1),
    ];

    public static IReadOnlyList<TableColumn> Event { get; } =
    [
        TableColumns.Column("Last Seen", static (obj, now) => TableColumns.AgeOf(LastSeen(obj), now)),
        TableColumns.Column("Type", static (obj, _) => obj.Text("type")),
        TableColumns.Column("Reason", static (obj, _) => obj.Text("reason")),
        TableColumns.Column("Object", static (obj, _) => InvolvedObject(obj)),
        TableColumns.Column("Subobject", static (obj, _) => obj.Text("involvedObject", "fieldPath") ?? "", 1),
        TableColumns.Column("Source", static (obj, _) => obj.Text("source", "component") ?? obj.Text("reportingComponent"), 1),
        TableColumns.Column("Message", static (obj, _) => obj.Text("message")?.Trim()),
        TableColumns.Column("First Seen", static (obj, now) => TableColumns.AgeOf(obj.Text("firstTimestamp") ?? obj.Text("eventTime"), now), 1),
        TableColumns.Column("Count", static (obj, _) => obj.Integer("count") ?? 1, 1),
        new TableColumn(new PrinterColumn("Name", "string", "", 1, "name"), static (obj, _) => obj.Text("metadata", "name")),
    ];

    public static IReadOnlyList<TableColumn> DaemonSet { get; } =
    [
        Number("Desired", "desiredNumberScheduled"),
        Number("Current", "currentNumberScheduled"),
        Number("Ready", "numberReady"),
        Number("Up-to-date", "updatedNumberScheduled"),
        Number("Available", "numberAvailable"),
    ];

    public static IReadOnlyList<TableColumn> Deployment { get; } =
    [
        TableColumns.Column(
            "Ready",
            static (obj, _) => $"{(obj["status"] as JsonObject).Integer("readyReplicas") ?? 0}/{(obj["spec"] as JsonObject).Integer("replicas") ?? 1}"
        ),
        Number("Up-to-date", "updatedReplicas"),
        Number("Available", "availableReplicas"),
    ];

    public static IReadOnlyList<TableColumn> ResourceSlice { get; } =
    [
        TableColumns.Column(
            "Node",
            static (obj, _) => obj.Text("spec", "nodeName") ?? throw new NotSimulatedException("a table of ResourceSlices of which one is of no node")
        ),
        TableColumns.Column("Driver", static (obj, _) => obj.Text("spec", "driver")),
        TableColumns.Column("Pool", static (obj, _) => (obj["spec"] as JsonObject).Text("pool", "name")),
    ];

    /// <summary>Whether a claim has devices, and who may use them.</summary>
    public static string ClaimState(JsonObject claim)
    {
        var isDeleted = claim.Metadata()["deletionTimestamp"] is not null;
        var isAllocated = claim["status"]?["allocation"] is not null;
        var isReserved = isAllocated && Entries(claim, "reservedFor").Any();
        (bool Holds, string State)[] states =
        [
            (isDeleted, "deleted"),
            (!isAllocated && !isDeleted, "pending"),
            (isAllocated, "allocated"),
            (isReserved, "reserved"),
        ];
        return string.Join(',', states.Where(static state => state.Holds).Select(static state => state.State));
    }

    private static TableColumn Number(string name, string field) =>
        TableColumns.Column(name, (obj, _) => (obj["status"] as JsonObject).Integer(field) ?? 0);

    private static string Known(string? text) => string.IsNullOrEmpty(text) ? "<unknown>" : text;

    private static string? Status(JsonObject obj, string parent, string field) => (obj["status"] as JsonObject).Text(parent, field);

    private static string NodeStatus(JsonObject node)
    {
        var ready = Entries(node, "conditions").FirstOrDefault(static condition => condition.Text("type") == "Ready");
        var text =
            ready is null ? "Unknown"
            : ready.Text("status") == "True" ? "Ready"
            : "NotReady";
        return (node["spec"] as JsonObject).Flag("unschedulable") ? text + ",SchedulingDisabled" : text;
    }

    private static string Roles(JsonObject node)
    {
        var roles = (node.Metadata()["labels"] as JsonObject ?? [])
            .Select(static label => label.Key)
            .Where(static label => label.StartsWith(RolePrefix, StringComparison.Ordinal) && label.Length > RolePrefix.Length)
            .Select(static label => label[RolePrefix.Length..])
            .Order(StringComparer.Ordinal)
            .ToList();
        return roles.Count == 0 ? "<none>" : string.Join(',', roles);
    }

    private static string Address(JsonObject node, string type) =>
        Entries(node, "addresses").FirstOrDefault(address => address.Text("type") == type).Text("address") ?? "<none>";

    private static string ReadyContainers(JsonObject pod)
    {
        var total = ((pod["spec"] as JsonObject)?["containers"] as JsonArray)?.Count ?? 0;
        return $"{Statuses(pod).Count(static status => status.Flag("ready"))}/{total}";
    }

    private static string PodStatus(JsonObject pod) =>
        pod.Metadata()["deletionTimestamp"] is not null ? "Terminating" : pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "";

    private static IEnumerable<JsonObject> Statuses(JsonObject pod) => Entries(pod, "containerStatuses");

    private static IEnumerable<JsonObject> Entries(JsonObject obj, string list) =>
        ((obj["status"] as JsonObject)?[list] as JsonArray ?? []).OfType<JsonObject>();

    private static string? LastSeen(JsonObject happening) =>
        (happening["series"] as JsonObject).Text("lastObservedTime")
        ?? happening.Text("lastTimestamp")
        ?? happening.Text("eventTime")
        ?? happening.Text("metadata", "creationTimestamp");

    private static string InvolvedObject(JsonObject happening) =>
        $"{(happening.Text("involvedObject", "kind") ?? "").ToLowerInvariant()}/{happening.Text("involvedObject", "name")}";
}
