using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What the API server asks of the metadata of every object. https://pkg.go.dev/k8s.io/apimachinery/pkg/api/validation</summary>
internal static partial class MetadataChecks
{
    private const int MostAnnotationBytes = 256 * 1024;

    private const string NameForm =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
        + "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private static readonly string[] StandardFinalizers = ["foregroundDeletion", "kubernetes", "orphan"];

    /// <summary>Why a text is no DNS subdomain, such as the name of most objects.</summary>
    public static IEnumerable<string> Subdomain(string text)
    {
        if (text.Length > 253)
        {
            yield return "must be no more than 253 characters";
        }

        if (!SubdomainForm().IsMatch(text))
        {
            yield return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
                + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        }
    }

    /// <summary>What is wrong with labels, annotations, finalizers and owners.</summary>
    public static IEnumerable<FieldError> Check(JsonObject metadata)
    {
        foreach (var (label, value) in metadata["labels"] as JsonObject ?? [])
        {
            var text = value?.ToString() ?? "";
            foreach (var why in QualifiedName(label))
            {
                yield return Invalid("metadata.labels", label, why);
            }

            if (text.Length > 63)
            {
                yield return Invalid("metadata.labels", text, "must be no more than 63 bytes");
            }

            if (!LabelValue().IsMatch(text))
            {
                yield return Invalid(
                    "metadata.labels",
                    text,
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
                        + "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                );
            }
        }

        var annotations = metadata["annotations"] as JsonObject ?? [];
        foreach (var (key, _) in annotations)
        {
            foreach (var why in QualifiedName(key.ToLowerInvariant()))
            {
                yield return Invalid("metadata.annotations", key, why);
            }
        }

        if (annotations.Sum(static entry => entry.Key.Length + (entry.Value?.ToString().Length ?? 0)) > MostAnnotationBytes)
        {
            yield return new FieldError(
                "metadata.annotations",
                FieldErrorReasons.TooLong,
                $"Too long: may not be more than {MostAnnotationBytes} bytes"
            );
        }

        foreach (var error in Owners(metadata.Objects("ownerReferences")))
        {
            yield return error;
        }

        foreach (var finalizer in metadata.Texts("finalizers"))
        {
            foreach (var why in QualifiedName(finalizer))
            {
                yield return Invalid("metadata.finalizers", finalizer, why);
            }
        }
    }

    /// <summary>Warnings of finalizers that a custom object gets.</summary>
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

    private static IEnumerable<FieldError> Owners(List<JsonObject> owners)
    {
        foreach (var owner in owners)
        {
            if (string.IsNullOrEmpty(owner.Text("apiVersion")))
            {
                yield return Invalid("metadata.ownerReferences.apiVersion", "", "version must not be empty");
            }

            foreach (var field in (string[])["kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    yield return Invalid($"metadata.ownerReferences.{field}", "", "must not be empty");
                }
            }

            if (owner.Text("apiVersion") == "v1" && owner.Text("kind") == "Event")
            {
                yield return new FieldError(
                    "metadata.ownerReferences",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: {owner.ToJsonString()}: /v1, Kind=Event is disallowed from being an owner"
                );
            }
        }

        if (owners.FindAll(static owner => owner.Flag("controller")) is [var first, var second, ..])
        {
            yield return new FieldError(
                "metadata.ownerReferences",
                FieldErrorReasons.Invalid,
                $"Invalid value: [{string.Join(',', owners.Select(static owner => owner.ToJsonString()))}]: Only one reference can have Controller set to true. "
                    + $"Found \"true\" in references for {first.Text("kind")}/{first.Text("name")} and {second.Text("kind")}/{second.Text("name")}"
            );
        }
    }

    private static IEnumerable<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            yield return $"a qualified name {NameForm} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }

        if (parts.Length == 2 && parts[0].Length == 0)
        {
            yield return "prefix part must be non-empty";
        }
        else if (parts.Length == 2)
        {
            foreach (var why in Subdomain(parts[0]))
            {
                yield return $"prefix part {why}";
            }
        }

        if (parts[^1].Length == 0)
        {
            yield return "name part must be non-empty";
        }
        else if (parts[^1].Length > 63)
        {
            yield return "name part must be no more than 63 bytes";
        }

        if (!NamePart().IsMatch(parts[^1]))
        {
            yield return $"name part {NameForm}";
        }
    }

    private static FieldError Invalid(string path, string value, string why) =>
        new(path, FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(value)}: {why}");

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubdomainForm();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePart();
}
