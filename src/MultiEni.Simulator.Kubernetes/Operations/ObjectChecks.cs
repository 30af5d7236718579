using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What every object must satisfy before it is stored, whoever writes it.</summary>
internal static partial class ObjectChecks
{
    /// <summary>Makes kind and version those of the resource.</summary>
    /// <exception cref="StatusException">400: the object is of another kind or version.</exception>
    public static void CheckType(ResourceDefinition resource, JsonObject obj)
    {
        var apiVersion = obj.Text("apiVersion");
        if (apiVersion is { Length: > 0 } && apiVersion != resource.ApiVersion)
        {
            throw StatusErrors.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})"
            );
        }

        var kind = obj.Text("kind");
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
    /// <exception cref="StatusException">400: there are unknown fields and validation is strict.</exception>
    public static void Shape(ResourceDefinition resource, JsonObject obj, FieldValidation validation, List<string> warnings)
    {
        if (resource.Schema is not { } schema)
        {
            return;
        }

        var unknown = schema.Prune(obj);
        if (unknown.Count > 0 && validation == FieldValidation.Strict)
        {
            throw StatusErrors.BadRequest(
                $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: strict decoding error: "
                    + string.Join(", ", unknown.Select(static path => $"unknown field \"{path}\""))
            );
        }

        if (validation == FieldValidation.Warn)
        {
            warnings.AddRange(unknown.Select(static path => $"unknown field \"{path}\""));
        }

        schema.ApplyDefaults(obj);
    }

    /// <summary>Checks metadata, schema and rules; with <paramref name="old"/> also what an update may not change.</summary>
    /// <exception cref="StatusException">422: the object breaks its schema or the rules of metadata.</exception>
    public static void Validate(ResourceDefinition resource, JsonObject obj, JsonObject? old)
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

        CheckLabels(metadata, errors);
        if (resource.Schema is { } schema)
        {
            errors.AddRange(schema.Validate(obj, old));
        }

        if (errors.Count > 0)
        {
            throw StatusErrors.Invalid(resource, name, errors);
        }

        if (resource.GroupResource == "customresourcedefinitions.apiextensions.k8s.io" && !JsonNode.DeepEquals(obj["spec"], old?["spec"]))
        {
            CustomResources.Read(resource, obj);
        }
        else if (resource.GroupResource == AdmissionPolicy.Resource)
        {
            AdmissionPolicy.Read(resource, obj);
        }
    }

    private static void CheckName(ResourceDefinition resource, string name, List<FieldError> errors)
    {
        if (name.Length == 0)
        {
            errors.Add(new FieldError("metadata.name", FieldErrorReasons.Required, "Required value: name or generateName is required"));
        }
        else if (resource.Group == "rbac.authorization.k8s.io")
        {
            return;
        }
        else if (name.Length > 253 || !Subdomain().IsMatch(name))
        {
            errors.Add(
                new FieldError(
                    "metadata.name",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                        + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                        + @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                )
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

    private static void CheckLabels(JsonObject metadata, List<FieldError> errors)
    {
        foreach (var (label, node) in metadata["labels"] as JsonObject ?? [])
        {
            var value = node is JsonValue text && text.TryGetValue<string>(out var parsed) ? parsed : null;
            if (value is null || value.Length > 63 || !LabelValue().IsMatch(value))
            {
                errors.Add(
                    new FieldError(
                        "metadata.labels",
                        FieldErrorReasons.Invalid,
                        $"Invalid value: \"{value ?? node?.ToJsonString()}\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                            + $"and must start and end with an alphanumeric character, of 63 characters at most (label \"{label}\")"
                    )
                );
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();
}
