using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for the metadata of every object.</summary>
internal static class MetadataValidation
{
    private const int MostAnnotations = 256 * 1024;

    private static readonly string[] StandardFinalizers = ["foregroundDeletion", "kubernetes", "orphan"];

    /// <summary>
    /// Adds what is wrong, as often as the real server finds it: a change is looked at once by
    /// itself and once or twice with the kind.
    /// </summary>
    public static void Check(ResourceDefinition resource, string apiGroup, JsonObject metadata, JsonObject? old, FieldErrors errors)
    {
        if (old is null)
        {
            CheckNames(resource, apiGroup, metadata, errors);
            CheckForm(resource, metadata, errors);
            return;
        }

        var times =
            resource.GroupResource == "nodes" ? 4
            : resource.IsCustom ? 2
            : 3;
        var before = errors.All.Count;
        for (var time = 0; time < times; time++)
        {
            CheckForm(resource, metadata, errors);
        }

        CheckChanges(metadata, old, errors);
        CheckChanges(metadata, old, errors);
        NotSimulatedException.ThrowUnless(
            errors.All.Count == before || resource.Group != "resource.k8s.io",
            $"wrong metadata of a changed {resource.Kind}, which is told several times"
        );
    }

    /// <summary>Warnings of the finalizers that a custom object gets.</summary>
    public static IEnumerable<string> Warnings(JsonObject metadata, JsonObject? old) =>
        metadata
            .Texts("finalizers")
            .Except(old.Texts("finalizers"), StringComparer.Ordinal)
            .Where(static finalizer =>
                !finalizer.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizer, StringComparer.Ordinal)
            )
            .Select(static finalizer =>
                $"metadata.finalizers: {GoText.Quote(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"
            );

    private static void CheckNames(ResourceDefinition resource, string apiGroup, JsonObject metadata, FieldErrors errors)
    {
        if (metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            // The random part follows, so it may end like the middle of a name.
            errors.Invalid("metadata.generateName", prefix, OfName(resource, apiGroup, prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix));
        }

        if (metadata.Text("name") is not { Length: > 0 } name)
        {
            errors.Required("metadata.name", "name or generateName is required");
        }
        else
        {
            errors.Invalid("metadata.name", name, OfName(resource, apiGroup, name));
        }
    }

    private static void CheckForm(ResourceDefinition resource, JsonObject metadata, FieldErrors errors)
    {
        CheckLabels(metadata["labels"] as JsonObject, errors);
        CheckAnnotations(metadata["annotations"] as JsonObject, errors);
        CheckOwners(metadata["ownerReferences"] as JsonArray ?? [], errors);
        foreach (var finalizer in metadata.Texts("finalizers"))
        {
            var wrong = Names.QualifiedName(finalizer).ToList();
            errors.Invalid("metadata.finalizers", finalizer, wrong);
            if (
                wrong.Count == 0
                && resource.Group.Length == 0
                && !finalizer.Contains('/', StringComparison.Ordinal)
                && !StandardFinalizers.Contains(finalizer, StringComparer.Ordinal)
            )
            {
                errors.Invalid("metadata.finalizers", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    private static void CheckLabels(JsonObject? labels, FieldErrors errors)
    {
        const string path = "metadata.labels";
        foreach (var (key, value) in labels ?? [])
        {
            errors.Invalid(path, key, Names.QualifiedName(key));
            errors.Invalid(path, value?.ToString() ?? "", Names.LabelValue(value?.ToString() ?? ""));
        }
    }

    private static void CheckAnnotations(JsonObject? annotations, FieldErrors errors)
    {
        const string path = "metadata.annotations";
        var size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            errors.Invalid(path, key, Names.QualifiedName(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value?.ToString() ?? "");
        }

        if (size > MostAnnotations)
        {
            errors.TooLong(path, MostAnnotations);
        }
    }

    private static IEnumerable<string> OfName(ResourceDefinition resource, string apiGroup, string name) =>
        resource.GroupResource switch
        {
            "events" when apiGroup.Length == 0 => PathSegment(name),
            "namespaces" => name.Contains('.', StringComparison.Ordinal) ? ["must not contain dots"] : Names.Label(name),
            // Those of services begin with a letter; the words for others are not known here.
            "services" => Names.Label(name).Any() || char.IsAsciiDigit(name[0]) ? throw new NotSimulatedException("that name of a service") : [],
            _ when resource.Group == "rbac.authorization.k8s.io" => PathSegment(name),
            _ => Names.Subdomain(name),
        };

    private static IEnumerable<string> PathSegment(string name) =>
        name is "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal)
            ? throw new NotSimulatedException($"the name {name}, which cannot stand in a path")
            : [];

    private static void CheckOwners(JsonArray owners, FieldErrors errors)
    {
        const string path = "metadata.ownerReferences";
        JsonObject? controller = null;
        foreach (var owner in owners.OfType<JsonObject>())
        {
            var version = owner.Text("apiVersion") ?? "";
            if (version[(version.IndexOf('/', StringComparison.Ordinal) + 1)..].Length == 0)
            {
                errors.Invalid($"{path}.apiVersion", version, ["version must not be empty"]);
            }

            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (owner.Text(field) is not { Length: > 0 })
                {
                    errors.Invalid($"{path}.{field}", "", ["must not be empty"]);
                }
            }

            if (version == "v1" && owner.Text("kind") == "Event")
            {
                errors.Invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner.Flag("controller"))
            {
                if (controller is not null)
                {
                    errors.Invalid(
                        path,
                        owners,
                        $"Only one reference can have Controller set to true. Found \"true\" in references for {Describe(controller)} and {Describe(owner)}"
                    );
                    break;
                }

                controller = owner;
            }
        }
    }

    private static void CheckChanges(JsonObject metadata, JsonObject old, FieldErrors errors)
    {
        if (old["deletionTimestamp"] is not null)
        {
            var added = metadata.Texts("finalizers").Except(old.Texts("finalizers"), StringComparer.Ordinal).ToList();
            if (added.Count > 0)
            {
                errors.Forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                        + string.Join(", ", added.Select(GoText.Quote))
                        + "}"
                );
            }
        }

        if (metadata.Text("uid") != old.Text("uid"))
        {
            errors.Invalid("metadata.uid", metadata["uid"], "field is immutable");
        }
    }

    private static string Describe(JsonObject owner) => $"{owner.Text("kind")}/{owner.Text("name")}";
}
