using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>Checks the body of a server-side apply and takes out what the endpoint ignores.</summary>
internal static class ApplyConfiguration
{
    /// <summary>A copy of the body that holds only what the manager can claim at this endpoint.</summary>
    /// <exception cref="StatusException">
    /// 400: names or managedFields are wrong. 409: it is about an object that is gone. 500: it has fields that the schema does not know;
    /// the API server really answers that code.
    /// </exception>
    public static JsonObject Prepare(ResourceDefinition resource, ObjectKey key, JsonObject body, WriteOptions options, bool exists)
    {
        var wanted = body.Copy();
        if (wanted.Text("apiVersion") is null || wanted.Text("kind") is null)
        {
            throw StatusErrors.BadRequest("apiVersion and kind must be set in an applied configuration");
        }

        ObjectChecks.CheckType(resource, wanted);
        var metadata = wanted.Metadata();
        if (metadata["managedFields"] is JsonArray { Count: > 0 })
        {
            throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        }

        metadata.Remove("managedFields");
        if (metadata.Text("name") is { Length: > 0 } name && name != key.Name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        metadata["name"] = key.Name;
        if (!exists && metadata.Text("uid") is { Length: > 0 } uid)
        {
            throw StatusErrors.Conflict(
                resource,
                key.Name,
                $"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
            );
        }

        if (!exists && metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw StatusErrors.NotFound(resource, key.Name);
        }

        Trim(resource, wanted, options);
        if (resource.Schema?.Prune(wanted.Copy()) is { Count: > 0 } unknown)
        {
            throw new StatusException(
                500,
                "",
                $"failed to create typed patch object ({(key.Namespace.Length == 0 ? "" : key.Namespace + "/")}{key.Name}; {resource.ApiVersion}, Kind={resource.Kind}): "
                    + string.Join("\n", unknown.Select(static path => $".{path}: field not declared in schema"))
            );
        }

        return wanted;
    }

    private static void Trim(ResourceDefinition resource, JsonObject wanted, WriteOptions options)
    {
        if (options.Subresource != "status")
        {
            if (resource.HasStatus)
            {
                wanted.Remove("status");
            }

            return;
        }

        foreach (var field in wanted.Select(static property => property.Key).ToList())
        {
            switch (field)
            {
                case "status" or "apiVersion" or "kind":
                    break;
                case "metadata" when resource.IsCustom:
                    var metadata = new JsonObject();
                    foreach (var kept in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion"])
                    {
                        if (wanted["metadata"]?[kept] is { } value)
                        {
                            metadata[kept] = value.DeepClone();
                        }
                    }

                    wanted["metadata"] = metadata;
                    break;
                case "metadata":
                    break;
                default:
                    wanted.Remove(field);
                    break;
            }
        }
    }
}
