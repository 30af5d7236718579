using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>The refusal of a custom object whose kind or version is not that of its path.</summary>
internal static class OtherType
{
    /// <summary>What to throw.</summary>
    /// <param name="resource">What the path names.</param>
    /// <param name="obj">
    /// The object as sent, or as a patch made it: of one other kind or version.
    /// </param>
    /// <param name="live">The stored object on an update.</param>
    /// <param name="options">How to write it.</param>
    /// <param name="warnings">Takes what is to be told.</param>
    /// <exception cref="NotSimulatedException">
    /// More than kind or version is wrong or changed.
    /// </exception>
    public static StatusException Refuse(ResourceDefinition resource, JsonObject obj, JsonObject? live, WriteOptions options, List<string> warnings)
    {
        var isOtherVersion = obj.Text("apiVersion") is { } apiVersion && apiVersion != resource.ApiVersion;
        var (field, given, expected) = isOtherVersion
            ? ("apiVersion", obj.Text("apiVersion")!, resource.ApiVersion)
            : ("kind", obj.Text("kind")!, resource.Kind);
        var typed = obj.Copy();
        typed[field] = expected;
        NotSimulatedException.ThrowUnless(
            resource.IsCustom
                && options.FieldValidation != FieldValidation.Strict
                && typed.Text("kind") == resource.Kind
                && (!isOtherVersion || given.StartsWith($"{resource.Group}/", StringComparison.Ordinal))
                && (live is null || JsonNode.DeepEquals(typed, live)),
            "an object of another kind or version than that of its path, but a custom one with nothing else wrong or changed"
        );
        if (isOtherVersion && options.FieldValidation == FieldValidation.Warn)
        {
            // No schema is known for it.
            warnings.AddRange(
                obj.Select(static entry => entry.Key).Except(["apiVersion", "kind", "metadata"]).Select(static name => $"unknown field \"{name}\"")
            );
        }

        if (isOtherVersion && live is null)
        {
            return StatusErrors.BadRequest($"the API version in the data ({given}) does not match the expected API version ({expected})");
        }

        List<FieldError> errors = [new(field, FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(given)}: must be {expected}")];
        if (live is null)
        {
            // Defaults are found by the kind, so the rules meet an object without them.
            resource.Schema!.Validate(obj, null, errors);
        }

        var refusal = StatusErrors.Invalid(isOtherVersion ? resource.Kind : given, resource.Group, obj.Text("metadata", "name") ?? "", errors);
        refusal.Warnings = warnings;
        return refusal;
    }
}
