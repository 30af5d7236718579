using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Sets in a written object, in place, what the server and not the writer decides: identity,
/// versions, and the part that the endpoint does not write.
/// </summary>
internal static class Preparation
{
    private static readonly string[] ServerOwned =
    [
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
    ];

    /// <summary>Prepares a new object and gives its name.</summary>
    /// <exception cref="StatusException">
    /// 400: the namespace is another. 500: it has a version.
    /// </exception>
    public static string New(ResourceDefinition resource, string inNamespace, JsonObject obj, bool isDryRun, string now)
    {
        var metadata = obj.Metadata();
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0 && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            name = prefix + Random.Shared.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
            metadata["name"] = name;
        }

        SetNamespace(resource, inNamespace, metadata);
        if (metadata.Text("resourceVersion") is { Length: > 0 } && !isDryRun)
        {
            throw new StatusException(500, "", "resourceVersion should not be set on objects to be created");
        }

        if (metadata["managedFields"] is JsonArray { Count: 0 })
        {
            metadata.Remove("managedFields");
        }

        foreach (var field in ServerOwned.Skip(1))
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = now;
        if (resource.CountsGenerations)
        {
            metadata["generation"] = 1;
        }

        CheckOwners(metadata);
        return name;
    }

    /// <summary>Prepares a changed object.</summary>
    /// <exception cref="StatusException">
    /// 400, 409 or 422: its name, namespace, uid or version is not that of the stored one.
    /// </exception>
    public static void Changed(ResourceDefinition resource, ObjectKey key, JsonObject live, JsonObject obj, WriteOptions options)
    {
        var metadata = obj.Metadata();
        var old = live.Metadata();
        CheckName(key, metadata);
        SetNamespace(resource, key.Namespace, metadata);
        if (metadata.Text("uid") is not { Length: > 0 } uid || uid == old.Text("uid"))
        {
            Take(metadata, old, "uid");
        }
        else if (options.IsReplacement)
        {
            throw new NotSimulatedException("a replacement whose uid is another, whose refusal names the key in etcd");
        }

        CheckVersion(resource, key, metadata.Text("resourceVersion") ?? "", old, options);
        foreach (var field in ServerOwned)
        {
            Take(metadata, old, field);
        }

        if (options.Subresource == "status")
        {
            KeepAllButStatus(resource, live, obj);
            if (resource.GroupResource == DeviceRules.Claims)
            {
                DeviceRules.DropReleased(live, obj);
            }
        }
        else if (resource.HasStatus)
        {
            Take(obj, live, "status");
        }

        if (resource.GroupResource == "namespaces")
        {
            Take(obj, live, "spec");
        }

        CheckOwners(metadata);
    }

    /// <summary>Makes sure that an object is the one that the path names.</summary>
    /// <exception cref="StatusException">400: it is another.</exception>
    public static void CheckName(ObjectKey key, JsonObject metadata)
    {
        if (metadata.Text("name") is not { Length: > 0 } name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({key.Name} based on URL) was undeterminable: name must be provided");
        }

        if (name != key.Name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }
    }

    /// <summary>Gives one field of an object the value that another one has.</summary>
    public static void Take(JsonObject target, JsonObject source, string field)
    {
        target.Remove(field);
        if (source[field] is { } value)
        {
            target[field] = value.DeepClone();
        }
    }

    private static void CheckVersion(ResourceDefinition resource, ObjectKey key, string version, JsonObject old, WriteOptions options)
    {
        if (version.Length > 0 && !ulong.TryParse(version, out _))
        {
            throw new StatusException(500, "", $"strconv.ParseUint: parsing {GoText.Quote(version)}: invalid syntax");
        }

        if (version is not ("" or "0"))
        {
            if (version != old.Text("resourceVersion"))
            {
                throw StatusErrors.StaleVersion(resource, key.Name);
            }
        }
        else if (options.IsReplacement && resource.NeedsVersionToReplace)
        {
            throw StatusErrors.Invalid(
                resource.Plural,
                resource.Group,
                key.Name,
                [new FieldError("metadata.resourceVersion", FieldErrorReasons.Invalid, "Invalid value: 0: must be specified for an update")]
            );
        }
    }

    private static void SetNamespace(ResourceDefinition resource, string inNamespace, JsonObject metadata)
    {
        if (!resource.Namespaced)
        {
            metadata.Remove("namespace");
        }
        else if (metadata.Text("namespace") is { Length: > 0 } own && own != inNamespace)
        {
            throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
        else
        {
            metadata["namespace"] = inNamespace;
        }
    }

    private static void CheckOwners(JsonObject metadata)
    {
        var owners = metadata["ownerReferences"] as JsonArray ?? [];
        if (owners.Index().Any(owner => owners.Take(owner.Index).Any(earlier => JsonNode.DeepEquals(earlier, owner.Item))))
        {
            throw new NotSimulatedException("an owner that is named twice, of which the server keeps one with a warning");
        }
    }

    private static void KeepAllButStatus(ResourceDefinition resource, JsonObject live, JsonObject obj)
    {
        var owners = obj.Metadata()["managedFields"]?.DeepClone();
        foreach (var field in obj.Select(static property => property.Key).Union(live.Select(static property => property.Key)).ToList())
        {
            // A kubelet sets labels and annotations of its node or pod together with the status;
            // others take nothing but the status.
            if (field != "status" && (field != "metadata" || resource.IsCustom || resource.GroupResource == DeviceRules.Claims))
            {
                Take(obj, live, field);
            }
        }

        var metadata = obj.Metadata();
        metadata.Remove("managedFields");
        if (owners is not null)
        {
            metadata["managedFields"] = owners;
        }
    }
}
