using System.Collections.Immutable;
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
    /// <exception cref="StatusException">
    /// 410: the token or the exact version is too old. 504: the version is in the future.
    /// </exception>
    public static ObjectPage List(Ledger ledger, ResourceDefinition resource, ObjectFilter filter, IQueryCollection query)
    {
        var options = ListOptions.Read(query);
        var limit = options.Limit > 0 ? (int)Math.Min(options.Limit, int.MaxValue) : int.MaxValue;
        if (options.Continue.Length > 0)
        {
            var (version, after) = ReadToken(options.Continue);
            var then =
                ledger.SnapshotAt(resource, version)
                ?? throw StatusErrors.Expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
                );
            return Page(resource, filter, version, then, after, limit);
        }

        var (now, objects) = ledger.Snapshot(resource);
        if (options.Version > now)
        {
            throw StatusErrors.TooLargeVersion(options.Version, now);
        }

        if (options.IsExact)
        {
            var exact =
                ledger.SnapshotAt(resource, options.Version) ?? throw StatusErrors.Expired($"The resourceVersion for the provided list is too old.");
            return Page(resource, filter, options.Version, exact, after: null, limit);
        }

        // From version zero the real server answers out of its cache, which has no pages.
        return Page(resource, filter, now, objects, after: null, options.VersionText == "0" ? int.MaxValue : limit);
    }

    private static ObjectPage Page(
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

    private static string WriteToken(long version, ObjectKey last) =>
        System.Buffers.Text.Base64Url.EncodeToString(
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
            var parsed = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token)) as JsonObject;
            var start = (parsed.Text("start") ?? "/").Split('/', 2);
            return (parsed.Integer("rv") ?? 0, new ObjectKey(start[0], start[1]));
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            throw new NotSimulatedException("a continue token that no list gave");
        }
    }
}
