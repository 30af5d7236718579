using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Selectors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Answers list requests, in pages of one consistent version when asked.</summary>
internal static class ListRequests
{
    public static ObjectFilter Filter(ResourceDefinition resource, string inNamespace, IQueryCollection query) =>
        new(inNamespace, LabelSelector.Parse(query["labelSelector"]), FieldSelector.Parse(query["fieldSelector"], resource));

    /// <summary>The page that the query asks for.</summary>
    /// <exception cref="StatusException">410: the token or the exact version is too old. 504: the version is in the future.</exception>
    public static ObjectPage List(Ledger ledger, ResourceDefinition resource, ObjectFilter filter, IQueryCollection query)
    {
        var limit = int.TryParse(query["limit"], out var asked) && asked > 0 ? asked : int.MaxValue;
        if (query["continue"].ToString() is { Length: > 0 } token)
        {
            var (version, after) = ReadToken(token);
            var kept =
                ledger.FindForPaging(resource, version)
                ?? throw StatusErrors.Expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
                );
            return Page(ledger, resource, filter, version, kept, after, limit);
        }

        var (now, objects) = ledger.Snapshot(resource);
        CheckVersion(query, now);
        return Page(ledger, resource, filter, now, objects, after: null, limit);
    }

    private static ObjectPage Page(
        Ledger ledger,
        ResourceDefinition resource,
        ObjectFilter filter,
        long version,
        ImmutableSortedDictionary<ObjectKey, StoredObject> objects,
        ObjectKey? after,
        int limit
    )
    {
        if (filter.Fields.Name is { } name && (!resource.Namespaced || filter.Namespace.Length > 0))
        {
            var found = objects.GetValueOrDefault(new ObjectKey(filter.Namespace, name));
            return new ObjectPage(version, found is not null && filter.Matches(found) ? [found] : [], "", null);
        }

        var page = new List<StoredObject>(Math.Min(limit, objects.Count));
        foreach (var (key, obj) in objects)
        {
            if ((after is { } start && key <= start) || !filter.Matches(obj))
            {
                continue;
            }

            if (page.Count == limit)
            {
                ledger.KeepForPaging(resource, version, objects);
                return new ObjectPage(version, page, WriteToken(version, page[^1].Key), Remaining(filter, objects, page[^1].Key));
            }

            page.Add(obj);
        }

        return new ObjectPage(version, page, "", null);
    }

    // As the API server does, only a list without selectors says how many follow.
    private static long? Remaining(ObjectFilter filter, ImmutableSortedDictionary<ObjectKey, StoredObject> objects, ObjectKey last) =>
        filter.Labels.IsEverything && filter.Fields.IsEverything
            ? objects.Keys.Count(key => key > last && (filter.Namespace.Length == 0 || key.Namespace == filter.Namespace))
            : null;

    private static void CheckVersion(IQueryCollection query, long now)
    {
        if (!long.TryParse(query["resourceVersion"], out var wanted) || wanted == 0)
        {
            if (query["resourceVersion"].ToString() is { Length: > 0 } text && text != "0")
            {
                throw StatusErrors.BadRequest($"invalid resource version \"{text}\"");
            }

            return;
        }

        if (wanted > now)
        {
            throw StatusErrors.TooLargeVersion(wanted, now);
        }

        if (query["resourceVersionMatch"] == "Exact" && wanted != now)
        {
            throw StatusErrors.Expired($"The resourceVersion for the provided list is too old: {wanted}");
        }
    }

    private static string WriteToken(long version, ObjectKey last) =>
        Convert.ToBase64String(
            StoredObject.ToUtf8(
                new JsonObject
                {
                    ["v"] = "meta.k8s.io/v1",
                    ["rv"] = version,
                    ["start"] = $"{last.Namespace}/{last.Name}",
                }
            )
        );

    private static (long Version, ObjectKey After) ReadToken(string token)
    {
        try
        {
            var parsed = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(token))) as JsonObject;
            var start = (parsed.Text("start") ?? "/").Split('/', 2);
            return (parsed.Integer("rv") ?? 0, new ObjectKey(start[0], start[1]));
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException)
        {
            throw StatusErrors.BadRequest("continue key is not valid: " + malformed.Message);
        }
    }
}
