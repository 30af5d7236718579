using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>Writes objects as a <c>Table</c>, which is what <c>kubectl get</c> asks for.</summary>
internal static class TableWriter
{
    /// <summary>
    /// A table of the objects. In a watch only the first one carries the columns.
    /// </summary>
    public static JsonObject Write(TableView view, IReadOnlyList<StoredObject> objects, long version, bool withColumns = true)
    {
        var columns = TableColumns.Of(view.Resource);
        var now = view.Time.GetUtcNow();
        var rows = new JsonArray();
        foreach (var stored in objects)
        {
            var obj = stored.Thaw();
            var cells = new JsonArray();
            foreach (var column in columns)
            {
                cells.Add(column.Cell(obj, now));
            }

            var carried = view.IncludeObject switch
            {
                "None" => null,
                "Object" => obj,
                _ => PartialMetadata(obj),
            };
            rows.Add((JsonNode)new JsonObject { ["cells"] = cells, ["object"] = carried });
        }

        var table = Empty(new JsonObject { ["resourceVersion"] = version.ToString() });
        if (withColumns)
        {
            table["columnDefinitions"] = Headings(columns);
        }

        table["rows"] = rows;
        return table;
    }

    public static JsonObject Bookmark(JsonObject bookmark)
    {
        var table = Empty(new JsonObject { ["resourceVersion"] = bookmark.Text("metadata", "resourceVersion") });
        table["rows"] = new JsonArray(new JsonObject { ["cells"] = new JsonArray(), ["object"] = PartialMetadata(bookmark) });
        return table;
    }

    private static JsonObject Empty(JsonObject metadata) =>
        new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = new JsonArray(),
        };

    /// <summary>An object without anything but its metadata.</summary>
    public static JsonObject PartialMetadata(JsonObject obj) =>
        new()
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = obj["metadata"]?.DeepClone(),
        };

    private static JsonArray Headings(IReadOnlyList<TableColumn> columns)
    {
        var headings = new JsonArray();
        foreach (var (column, _) in columns)
        {
            headings.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = column.Name,
                        ["type"] = column.Type,
                        ["format"] = column.Format,
                        ["description"] = column.Description,
                        ["priority"] = column.Priority,
                    }
            );
        }

        return headings;
    }
}
