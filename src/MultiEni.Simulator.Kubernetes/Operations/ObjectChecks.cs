using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What every object must satisfy before it is stored, whoever writes it.</summary>
internal static class ObjectChecks
{
    /// <summary>Makes kind and version those of the resource.</summary>
    /// <exception cref="StatusException">400: the object is of another kind or version.</exception>
    /// <exception cref="NotSimulatedException">It is a custom one, of which the server says more.</exception>
    public static void CheckType(ResourceDefinition resource, JsonObject obj)
    {
        var apiVersion = obj.Text("apiVersion");
        var kind = obj.Text("kind");
        if (resource.Schema is not null && ((apiVersion ?? resource.ApiVersion) != resource.ApiVersion || (kind ?? resource.Kind) != resource.Kind))
        {
            throw new NotSimulatedException("a custom object of another kind or version than those of its path");
        }

        if (apiVersion is { Length: > 0 } && apiVersion != resource.ApiVersion)
        {
            throw StatusErrors.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})"
            );
        }

        if (kind is { Length: > 0 } && kind != resource.Kind)
        {
            throw StatusErrors.BadRequest(
                $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: the kind in the data is {kind}"
            );
        }

        obj["apiVersion"] = resource.ApiVersion;
        obj["kind"] = resource.Kind;
    }

    /// <summary>Drops unknown fields and fills defaults in, in place.</summary>
    /// <exception cref="StatusException">400: there are unknown fields and validation is strict, or the metadata cannot be read.</exception>
    public static void Shape(ResourceDefinition resource, JsonObject obj, FieldValidation validation, List<string> warnings)
    {
        if (resource.Schema is not { } schema)
        {
            return;
        }

        var unknown = schema.Prune(obj).Select(static path => $"unknown field \"{path}\"").ToList();
        if (CustomMetadata.Read(obj.Metadata()) is { } why)
        {
            throw CannotBeHandled(resource, why);
        }

        if (unknown.Count > 0 && validation == FieldValidation.Strict)
        {
            throw CannotBeHandled(resource, $"strict decoding error: {string.Join(", ", unknown)}");
        }

        if (validation == FieldValidation.Warn)
        {
            warnings.AddRange(unknown);
        }

        schema.ApplyDefaults(obj);
    }

    /// <summary>Checks metadata, schema and rules; with <paramref name="old"/> also what an update may not change.</summary>
    /// <exception cref="StatusException">422: the object breaks its schema or the rules of metadata.</exception>
    public static void Validate(ResourceDefinition resource, JsonObject obj, JsonObject? old, List<string> warnings)
    {
        var metadata = obj.Metadata();
        var name = metadata.Text("name") ?? "";
        var errors = new List<FieldError>();
        if (old is null)
        {
            CheckName(resource, name, errors);
        }
        else if (metadata["deletionTimestamp"] is not null)
        {
            CheckFinalizers(metadata, old.Metadata(), errors);
        }

        errors.AddRange(MetadataChecks.Check(metadata));
        if (resource.Schema is { } schema)
        {
            warnings.AddRange(schema.Validate(obj, old, errors));
            warnings.AddRange(MetadataChecks.Warnings(metadata, old?.Metadata()));
        }

        var isChanged = !JsonNode.DeepEquals(obj["spec"], old?["spec"]);
        if (resource.GroupResource == "customresourcedefinitions.apiextensions.k8s.io" && isChanged)
        {
            CustomResources.Read(resource, obj, errors);
        }

        if (errors.Count > 0)
        {
            throw StatusErrors.Invalid(resource, name, errors);
        }

        switch (resource.GroupResource)
        {
            case AdmissionPolicy.Resource when isChanged:
                AdmissionPolicy.Read(resource, obj);
                break;
            case AdmissionPolicies.Bindings when PolicyChecks.Binding(obj["spec"] as JsonObject ?? []) is { Count: > 0 } wrong:
                throw StatusErrors.Invalid(resource, name, wrong);
        }
    }

    private static StatusException CannotBeHandled(ResourceDefinition resource, string why) =>
        StatusErrors.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {why}");

    private static void CheckName(ResourceDefinition resource, string name, List<FieldError> errors)
    {
        if (name.Length == 0)
        {
            errors.Add(new FieldError("metadata.name", FieldErrorReasons.Required, "Required value: name or generateName is required"));
        }
        else if (resource.Group != "rbac.authorization.k8s.io")
        {
            errors.AddRange(
                MetadataChecks
                    .Subdomain(name)
                    .Select(why => new FieldError("metadata.name", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(name)}: {why}"))
            );
        }
    }

    private static void CheckFinalizers(JsonObject metadata, JsonObject old, List<FieldError> errors)
    {
        var added = metadata.Texts("finalizers").Except(old.Texts("finalizers"), StringComparer.Ordinal).ToList();
        if (added.Count > 0)
        {
            errors.Add(
                new FieldError(
                    "metadata.finalizers",
                    FieldErrorReasons.Forbidden,
                    "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                        + string.Join(", ", added.Select(static finalizer => $"\"{finalizer}\""))
                        + "}"
                )
            );
        }
    }
}
