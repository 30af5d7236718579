using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Types;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What every object must satisfy before it is stored, whoever writes it.</summary>
internal static class ObjectChecks
{
    /// <summary>Makes kind and version those of the resource, where they are left out.</summary>
    /// <exception cref="StatusException">
    /// 400, 422: the object is of another kind or version.
    /// </exception>
    public static void CheckType(ResourceDefinition resource, JsonObject obj, JsonObject? live, WriteOptions options, List<string> warnings)
    {
        obj["apiVersion"] = obj.Text("apiVersion") is { Length: > 0 } given ? given : resource.ApiVersion;
        obj["kind"] = obj.Text("kind") is { Length: > 0 } named ? named : resource.Kind;
        if (obj.Text("apiVersion") != resource.ApiVersion || obj.Text("kind") != resource.Kind)
        {
            throw OtherType.Refuse(resource, obj, live, options, warnings);
        }
    }

    /// <summary>
    /// The object as the server holds it: unknown fields dropped, empty ones left out, defaults
    /// filled in.
    /// </summary>
    /// <param name="resource">What it is.</param>
    /// <param name="obj">The object as sent, or as a patch made it.</param>
    /// <param name="old">The stored object on an update.</param>
    /// <param name="options">How to write it.</param>
    /// <param name="now">The time.</param>
    /// <param name="warnings">Takes what is to be told.</param>
    /// <exception cref="StatusException">
    /// 400, 422 for a patch: a value is of the wrong type, or a field is unknown and validation
    /// strict.
    /// </exception>
    public static JsonObject Shape(
        ResourceDefinition resource,
        JsonObject obj,
        JsonObject? old,
        WriteOptions options,
        string now,
        List<string> warnings
    )
    {
        var strict = new List<string>(options.RepeatedFields);
        try
        {
            if (resource.Type is { } type)
            {
                obj = Decoding.Decode(obj, type, strict);
                KindRules.ApplyDefaults(resource, obj, now);
            }
            else
            {
                strict.AddRange((resource.Schema?.Prune(obj) ?? []).Select(static path => $"unknown field \"{path}\""));
                var metadata = Decoding.DecodeMetadata(obj["metadata"], resource.IsCustom ? "" : resource.Kind, strict);
                obj = new JsonObject(
                    obj.Where(static field => field.Key is not ("apiVersion" or "kind" or "metadata"))
                        .Select(static field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))
                        .Prepend(KeyValuePair.Create("metadata", (JsonNode?)metadata))
                        .Prepend(KeyValuePair.Create("kind", (JsonNode?)resource.Kind))
                        .Prepend(KeyValuePair.Create("apiVersion", (JsonNode?)resource.ApiVersion))
                );
            }
        }
        catch (DecodingException wrong)
        {
            throw Undecodable(resource, wrong.Message, old, options);
        }

        if (strict.Count > 0 && options.FieldValidation == FieldValidation.Strict)
        {
            throw Undecodable(resource, "strict decoding error: " + string.Join(", ", strict), old, options);
        }

        if (options.FieldValidation == FieldValidation.Warn)
        {
            warnings.AddRange(strict);
        }

        if (resource.GroupResource is AdmissionPolicy.Resource or AdmissionPolicies.Bindings)
        {
            PolicyChecks.ApplyDefaults(obj);
        }

        resource.Schema?.ApplyDefaults(obj);
        return obj;
    }

    private static StatusException Undecodable(ResourceDefinition resource, string why, JsonObject? old, WriteOptions options)
    {
        if (options.PatchText is not { } patch || old is null)
        {
            return StatusErrors.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {why}");
        }

        var live =
            resource.Type is { } type ? Decoding.Decode(old, type, [])
            : resource.IsCustom ? old.Copy().SortedThroughout()
            : old.Copy();
        return StatusErrors.Invalid(
            "",
            "",
            "",
            [new FieldError("patch", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(patch(live))}: {why}")]
        );
    }

    /// <summary>
    /// Checks metadata, schema and rules; with <paramref name="old"/> also what an update may not
    /// change.
    /// </summary>
    /// <param name="resource">What it is.</param>
    /// <param name="obj">The object.</param>
    /// <param name="old">The stored object on an update.</param>
    /// <param name="options">How to write it.</param>
    /// <param name="warnings">Takes what is to be told.</param>
    /// <param name="errors">What is known to be wrong already.</param>
    /// <exception cref="StatusException">
    /// 422: the object breaks its schema or the rules of metadata.
    /// </exception>
    public static void Validate(
        ResourceDefinition resource,
        JsonObject obj,
        JsonObject? old,
        WriteOptions options,
        List<string> warnings,
        FieldErrors errors
    )
    {
        var name = obj.Text("metadata", "name") ?? "";
        MetadataValidation.Check(resource, options.ApiGroup, obj.Metadata(), old?.Metadata(), errors);
        KindValidation.Check(resource, options.ApiGroup, obj, options.ChecksChanges ? old : null, errors);
        if (resource.Schema is { } schema)
        {
            warnings.AddRange(schema.Validate(obj, old, errors.All));
        }

        var isChanged = !JsonNode.DeepEquals(obj["spec"], old?["spec"]);
        if (resource.GroupResource == "customresourcedefinitions.apiextensions.k8s.io" && isChanged)
        {
            CustomResources.Read(obj);
        }

        if (errors.All.Count > 0)
        {
            throw StatusErrors.Invalid(resource, name, errors.All);
        }

        if (resource.IsCustom)
        {
            CustomValues.ReadNumbers(obj, resource.Schema!.Root);
            warnings.AddRange(MetadataValidation.Warnings(obj.Metadata(), old?.Metadata()));
        }

        switch (resource.GroupResource)
        {
            case AdmissionPolicy.Resource when isChanged:
                AdmissionPolicy.Read(obj);
                break;
            case AdmissionPolicies.Bindings:
                PolicyChecks.CheckBinding(obj["spec"] as JsonObject ?? []);
                break;
        }
    }
}
