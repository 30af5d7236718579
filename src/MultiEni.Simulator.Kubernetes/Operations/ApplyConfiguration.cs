using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Apply;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Checks the body of a server-side apply and takes out what the endpoint ignores.
/// </summary>
internal static class ApplyConfiguration
{
    /// <summary>
    /// A copy of the body that holds only what the manager can claim at this endpoint.
    /// </summary>
    /// <exception cref="StatusException">
    /// 400: names or managedFields are wrong. 409: it is about an object that is gone. 500: it has
    /// values that are not of their types; the API server really answers that code.
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

        CheckSupport(resource, wanted);
        if (TypedConfiguration.Check(wanted, FieldShape.Of(resource)) is { Count: > 0 } wrong)
        {
            throw new StatusException(500, "", $"failed to create typed patch object {about}: {string.Join('\n', wrong)}");
        }

        Trim(resource, wanted, options);
        return wanted;
    }

    // Says so when it is outside of what is supported, before the type of the rest is looked at in
    // other words.
    private static void CheckSupport(ResourceDefinition resource, JsonObject configuration)
    {
        try
        {
            _ = resource.Type is { } type ? Decoding.Decode(configuration, type, []) : null;
        }
        catch (DecodingException)
        {
            // The check of types says it.
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

        Keep(wanted, "apiVersion", "kind", "metadata", "status");
        if (resource.IsCustom)
        {
            Keep(wanted.Metadata(), "name", "namespace", "uid", "resourceVersion");
        }
    }

    private static void Keep(JsonObject obj, params string[] fields)
    {
        foreach (var field in obj.Select(static property => property.Key).Except(fields, StringComparer.Ordinal).ToList())
        {
            obj.Remove(field);
        }
    }
}
