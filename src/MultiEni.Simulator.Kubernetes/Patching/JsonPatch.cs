using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Patching;

/// <summary>JSON patch (RFC 6902).</summary>
internal static class JsonPatch
{
    /// <summary>Changes <paramref name="target"/> in place and returns it.</summary>
    /// <exception cref="StatusException">
    /// 422: an operation cannot be carried out, or a test failed.
    /// </exception>
    public static JsonObject Apply(JsonObject target, JsonArray operations)
    {
        foreach (var node in operations)
        {
            var operation = node as JsonObject ?? throw Refused();
            Apply(target, operation);
        }

        return target;
    }

    private static void Apply(JsonNode document, JsonObject operation)
    {
        var path = operation.Text("path") ?? throw Refused();
        switch (operation.Text("op"))
        {
            case "add":
                Add(document, path, operation["value"]?.DeepClone());
                break;
            case "remove":
                Remove(document, path);
                break;
            case "replace":
                // In an object it adds what is not there, as the real server does.
                if (Parent(document, path).Parent is JsonArray)
                {
                    Remove(document, path);
                }

                Add(document, path, operation["value"]?.DeepClone());
                break;
            case "move" or "copy":
                throw new NotSimulatedException("move and copy of JSON patches");
            case "test":
                if (!JsonNode.DeepEquals(Get(document, path), operation["value"]))
                {
                    throw Refused();
                }

                break;
            default:
                throw Refused();
        }
    }

    private static JsonNode? Get(JsonNode document, string pointer) =>
        Parent(document, pointer) switch
        {
            (JsonObject obj, var name) => obj[name],
            (JsonArray list, var index) => list[Index(list, index, forAdd: false)],
            _ => null,
        };

    private static void Add(JsonNode document, string pointer, JsonNode? value)
    {
        var (parent, last) = Parent(document, pointer);
        switch (parent)
        {
            case JsonObject obj:
                obj[last] = value;
                obj.Sorted();
                break;
            case JsonArray list:
                list.Insert(Index(list, last, forAdd: true), value);
                break;
            default:
                throw Refused();
        }
    }

    private static void Remove(JsonNode document, string pointer)
    {
        var (parent, last) = Parent(document, pointer);
        if (parent is JsonArray list)
        {
            list.RemoveAt(Index(list, last, forAdd: false));
        }
        else if (parent is not JsonObject obj || !obj.Remove(last))
        {
            throw Refused();
        }
    }

    private static (JsonNode? Parent, string Last) Parent(JsonNode document, string pointer)
    {
        if (!pointer.StartsWith('/'))
        {
            throw Refused();
        }

        var steps = pointer[1..].Split('/');
        JsonNode? node = document;
        foreach (var step in steps.AsSpan(0, steps.Length - 1))
        {
            (node as JsonObject)?.Sorted();
            var name = Unescape(step);
            node = node switch
            {
                JsonObject obj => obj[name],
                JsonArray list => list[Index(list, name, forAdd: false)],
                _ => null,
            };
        }

        return (node, Unescape(steps[^1]));
    }

    private static int Index(JsonArray list, string text, bool forAdd)
    {
        if (forAdd && text == "-")
        {
            return list.Count;
        }

        return int.TryParse(text, out var index) && index >= 0 && index < list.Count + (forAdd ? 1 : 0) ? index : throw Refused();
    }

    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    // The real server says no more than that.
    private static StatusException Refused() => new(422, "Invalid", "the server rejected our request due to an error in our request", []);
}
