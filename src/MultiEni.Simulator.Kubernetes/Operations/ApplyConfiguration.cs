using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Apply;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>Checks the body of a server-side apply and takes out what the endpoint ignores.</summary>
internal static class ApplyConfiguration
{
    /// <summary>A copy of the body that holds only what the manager can claim at this endpoint.</summary>
    /// <exception cref="StatusException">
    /// 400: names or managedFields are wrong. 409: it is about an object that is gone. 500: it has values that are not of their types;
    /// the API server really answers that code.
    /// </exception>
    public static JsonObject Prepare(ResourceDefinition resource, ObjectKey key, JsonObject body, WriteOptions options, bool exists)
    {
        var wanted = body.Copy();
        var version = (wanted.Text("apiVersion") ?? "").Split('/');
        var type = $"{(version.Length > 1 ? version[0] : "")}/{version[^1]}, Kind={wanted.Text("kind")}";
        if (wanted.Text("apiVersion") != resource.ApiVersion || wanted.Text("kind") != resource.Kind)
        {
            throw StatusErrors.BadRequest($"invalid object type: {type}");
        }

        var metadata = wanted.Metadata();
        if (metadata["managedFields"] is JsonArray { Count: > 0 })
        {
            throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        }

        metadata.Remove("managedFields");
        foreach (var empty in metadata.Where(static field => field.Value is JsonObject { Count: 0 } or JsonArray { Count: 0 }).ToList())
        {
            metadata.Remove(empty.Key);
        }

        var about = $"({metadata.Text("namespace")}/{metadata.Text("name")}; {type})";
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

        if (!exists)
        {
            metadata.Remove("resourceVersion");
        }

        if (resource.Type is { } builtIn)
        {
            // Says so when it is outside of what is supported, before the type of the rest is looked at.
            CheckSupport(builtIn, wanted);
        }

        if (TypedConfiguration.Check(wanted, FieldShape.Of(resource)) is { Count: > 0 } wrong)
        {
            throw new StatusException(500, "", $"failed to create typed patch object {about}: {string.Join('\n', wrong)}");
        }

        Trim(resource, wanted, options);
        return wanted;
    }

    private static void CheckSupport(ObjectType type, JsonObject configuration)
    {
        try
        {
            Decoding.Decode(configuration, type, []);
        }
        catch (DecodingException)
        {
            // The check of types says it in other words.
        }
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
