using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Operations;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>
/// The columns of each resource: of custom ones as their definition says, of built-in ones as
/// kubectl users know them.
/// </summary>
internal static class TableColumns
{
    private static readonly ConditionalWeakTable<ResourceDefinition, IReadOnlyList<TableColumn>> Compiled = [];

    private static readonly Dictionary<string, string> Descriptions = ReadDescriptions();

    private static readonly TableColumn Name = new(
        new PrinterColumn("Name", "string", ".metadata.name", 0, "name"),
        static (obj, _) => obj.Text("metadata", "name")
    );

    private static readonly TableColumn Age = Column("Age", static (obj, now) => AgeOf(obj.Text("metadata", "creationTimestamp"), now));

    public static IReadOnlyList<TableColumn> Of(ResourceDefinition resource) => Compiled.GetValue(resource, Compile);

    private static IReadOnlyList<TableColumn> Compile(ResourceDefinition resource) =>
        [
            .. ColumnsOf(resource)
                .Select(column => column with { Definition = column.Definition with { Description = Describe(resource, column.Definition) } }),
        ];

    private static string Describe(ResourceDefinition resource, PrinterColumn column) =>
        column.Description.Length > 0 ? column.Description
        : resource.IsCustom && column != Name.Definition ? $"Custom resource definition column (in JSONPath format): {column.JsonPath}"
        : Descriptions.GetValueOrDefault($"{resource.GroupResource}\t{column.Name}") ?? Descriptions.GetValueOrDefault($"*\t{column.Name}") ?? "";

    private static Dictionary<string, string> ReadDescriptions()
    {
        using var reader = new StreamReader(typeof(TableColumns).Assembly.GetManifestResourceStream("Descriptions.txt")!);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => (Key: line[..line.LastIndexOf('\t')], Text: line[(line.LastIndexOf('\t') + 1)..]))
            .ToDictionary(static line => line.Key, static line => line.Text.Replace("\\n", "\n", StringComparison.Ordinal), StringComparer.Ordinal);
    }

    private static IReadOnlyList<TableColumn> ColumnsOf(ResourceDefinition resource) =>
        resource.GroupResource switch
        {
            "nodes" => [Name, .. BuiltInColumns.Node, Age, .. BuiltInColumns.NodeWide],
            "pods" => [Name, .. BuiltInColumns.Pod, Age, .. BuiltInColumns.PodWide],
            "namespaces" => [Name, Column("Status", static (obj, _) => obj.Text("status", "phase")), Age],
            "events" => BuiltInColumns.Event,
            "leases.coordination.k8s.io" => [Name, Column("Holder", static (obj, _) => obj.Text("spec", "holderIdentity")), Age],
            "configmaps" => [Name, Column("Data", static (obj, _) => Count(obj, "data") + Count(obj, "binaryData")), Age],
            "secrets" => [Name, Column("Type", static (obj, _) => obj.Text("type")), Column("Data", static (obj, _) => Count(obj, "data")), Age],
            "daemonsets.apps" => [Name, .. BuiltInColumns.DaemonSet, Age],
            "deployments.apps" => [Name, .. BuiltInColumns.Deployment, Age],
            "resourceclaims.resource.k8s.io" => [Name, Column("State", static (obj, _) => BuiltInColumns.ClaimState(obj)), Age],
            "resourceslices.resource.k8s.io" => [Name, .. BuiltInColumns.ResourceSlice, Age],
            "customresourcedefinitions.apiextensions.k8s.io" =>
            [
                Name,
                Column("Created At", static (obj, _) => obj.Text("metadata", "creationTimestamp")),
            ],
            _ when resource.IsCustom && resource.Columns.Count > 0 => [Name, .. resource.Columns.Select(Custom)],
            _ => [Name, Age],
        };

    public static TableColumn Column(string name, Func<JsonObject, DateTimeOffset, JsonNode?> cell, int priority = 0) =>
        new(new PrinterColumn(name, "string", "", priority), cell);

    private static int Count(JsonObject obj, string field) => (obj[field] as JsonObject)?.Count ?? 0;

    public static string AgeOf(string? timestamp, DateTimeOffset now) =>
        ApiTime.TryParse(timestamp, out var time) ? HumanDuration.Format(now - time) : "<unknown>";

    private static TableColumn Custom(PrinterColumn column) =>
        new(
            column,
            (obj, now) =>
                JsonPath.First(obj, column.JsonPath) switch
                {
                    null => null,
                    var value when column.Type == "date" => AgeOf(value.ToString(), now),
                    JsonValue value when column.Type != "string" => value.DeepClone(),
                    JsonValue value => value.ToString(),
                    var value => value.ToJsonString(),
                }
        );
}
