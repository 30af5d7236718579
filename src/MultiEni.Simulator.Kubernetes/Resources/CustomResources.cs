using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>Reads a CustomResourceDefinition.</summary>
internal static partial class CustomResources
{
    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];

    /// <summary>The resource that a definition describes, schema and rules compiled.</summary>
    /// <exception cref="StatusException">422: the definition cannot be installed.</exception>
    /// <exception cref="NotSimulatedException">It asks for what is not known here.</exception>
    public static ResourceDefinition Read(ResourceDefinition definitions, JsonObject definition, params IReadOnlyList<FieldError> found)
    {
        var name = definition.Text("metadata", "name") ?? "";
        var spec = definition["spec"] as JsonObject ?? [];
        var names = spec["names"] as JsonObject ?? [];
        var group = spec.Text("group") ?? "";
        var plural = names.Text("plural") ?? "";
        List<FieldError> errors = [.. found, .. Check(definition, name)];
        if (errors.Count > 0)
        {
            throw StatusErrors.Invalid(definitions, name, errors);
        }

        var version = spec.Objects("versions")[0];
        var schema = version["schema"]!["openAPIV3Schema"]!.AsObject();
        var compiled = CustomResourceSchema.Parse(schema);
        CheckPaths(definitions, name, version, compiled);
        return new ResourceDefinition
        {
            Group = group,
            Version = version.Text("name") ?? "",
            Plural = plural,
            Kind = names.Text("kind") ?? "",
            Singular = names.Text("singular") ?? names.Text("kind")?.ToLowerInvariant() ?? "",
            ListKind = names.Text("listKind") ?? names.Text("kind") + "List",
            ShortNames = names.Texts("shortNames"),
            Categories = names.Texts("categories"),
            Namespaced = spec.Text("scope") == "Namespaced",
            HasStatus = version["subresources"]?["status"] is not null,
            CountsGenerations = true,
            NeedsVersionToReplace = true,
            SelectableFields = [.. version.Objects("selectableFields").Select(static field => (field.Text("jsonPath") ?? "").TrimStart('.'))],
            Columns =
            [
                .. version
                    .Objects("additionalPrinterColumns")
                    .Select(static column => new PrinterColumn(
                        column.Text("name") ?? "",
                        column.Text("type") ?? "string",
                        column.Text("jsonPath") ?? "",
                        (int)(column.Integer("priority") ?? 0),
                        column.Text("format") ?? "",
                        column.Text("description") ?? ""
                    )),
            ],
            Schema = compiled,
            OpenApiSchema = schema.DeepClone().AsObject(),
        };
    }

    private static List<FieldError> Check(JsonObject definition, string name)
    {
        var spec = definition["spec"] as JsonObject ?? [];
        var names = spec["names"] as JsonObject ?? [];
        var group = spec.Text("group") ?? "";
        var versions = spec.Objects("versions");
        Require(versions.Count > 0, "a definition without versions");
        Require(names.Text("kind") is { Length: > 0 } && names.Text("plural") is { Length: > 0 } && group.Length > 0, "a definition without names");
        Require(
            names.Texts("shortNames").Concat(names.Texts("categories")).Append(versions[0].Text("name") ?? "").All(Label().IsMatch)
                && Label().IsMatch(names.Text("kind")!.ToLowerInvariant())
                && (names.Text("listKind") is not { } list || (Label().IsMatch(list.ToLowerInvariant()) && list != names.Text("kind")))
                && group.Split('.').All(Label().IsMatch),
            "a definition whose kind, names, group or version are not of lower-case letters, digits and dashes"
        );
        Require(spec.Text("scope") is "Namespaced" or "Cluster", "a definition whose scope is neither Namespaced nor Cluster");
        Require((spec["conversion"] as JsonObject).Text("strategy") is null or "None", "conversion by a webhook");
        Require(versions.Count == 1 && versions[0].Flag("served"), "a definition of other than one version, which is served");
        var version = versions[0];
        Require(!version.ContainsKey("deprecated") && !version.ContainsKey("deprecationWarning"), "a deprecated version of a definition");
        Require(version["subresources"]?["scale"] is null, "the subresource scale of custom objects");
        Require(version.Flag("storage"), "a definition without stored version");

        var errors = new List<FieldError>();
        void Add(string path, string reason, string message) => errors.Add(new FieldError(path, reason, message));
        if (name != $"{names.Text("plural")}.{group}")
        {
            Add("metadata.name", FieldErrorReasons.Invalid, $"Invalid value: {GoText.Quote(name)}: must be spec.names.plural+\".\"+spec.group");
        }

        foreach (var field in (ReadOnlySpan<string>)["plural", "singular"])
        {
            if (names.Text(field) is { Length: > 0 } given && !Label().IsMatch(given))
            {
                Add(
                    $"spec.names.{field}",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: {GoText.Quote(given)}: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                        + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                );
            }
        }

        if (spec.Flag("preserveUnknownFields"))
        {
            Add(
                "spec.preserveUnknownFields",
                FieldErrorReasons.Invalid,
                "Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
            );
        }

        if (version["schema"]?["openAPIV3Schema"] is not JsonObject)
        {
            Add("spec.versions[0].schema.openAPIV3Schema", FieldErrorReasons.Required, "Required value");
        }

        if (
            (group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal))
            && definition["metadata"]?["annotations"]?["api-approved.kubernetes.io"] is null
        )
        {
            Add(
                "metadata.annotations[api-approved.kubernetes.io]",
                FieldErrorReasons.Required,
                "Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\", see "
                    + "https://github.com/kubernetes/enhancements/pull/1111"
            );
        }

        foreach (var (index, column) in version.Objects("additionalPrinterColumns").Index())
        {
            var at = $"spec.additionalPrinterColumns[{index}]";
            Require(!string.IsNullOrEmpty(column.Text("name")), "a printer column without name");
            if (!ColumnTypes.Contains(column.Text("type"), StringComparer.Ordinal))
            {
                Add(
                    $"{at}.type",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: {GoText.Quote(column.Text("type") ?? "")}: must be one of {string.Join(',', ColumnTypes)}"
                );
            }

            if (column.Text("jsonPath")?.StartsWith('.') != true)
            {
                Add(
                    $"{at}.JSONPath",
                    FieldErrorReasons.Invalid,
                    $"Invalid value: {GoText.Quote(column.Text("jsonPath") ?? "")}: must be a simple json path starting with ."
                );
            }
            else
            {
                Require(ColumnPath().IsMatch(column.Text("jsonPath")!), $"the JSON path {column.Text("jsonPath")} of a printer column");
            }
        }

        return errors;
    }

    private static void CheckPaths(ResourceDefinition definitions, string name, JsonObject version, CustomResourceSchema schema)
    {
        var errors = new List<FieldError>();
        var paths = version.Objects("selectableFields").ConvertAll(static field => field.Text("jsonPath") ?? "");
        Require(
            paths.Count <= 8 && paths.Distinct(StringComparer.Ordinal).Count() == paths.Count && paths.TrueForAll(FieldOfSpec().IsMatch),
            "selectable fields of metadata, of one path, or more than eight"
        );
        foreach (var (index, path) in paths.Index())
        {
            var why = schema.WhyNotSelectable(path);
            if (why is not null)
            {
                errors.Add(
                    new FieldError(
                        $"spec.selectableFields[{index}].jsonPath",
                        FieldErrorReasons.Invalid,
                        $"Invalid value: {GoText.Quote(path)}: {why}"
                    )
                );
            }
        }

        if (errors.Count > 0)
        {
            throw StatusErrors.Invalid(definitions, name, errors);
        }
    }

    [GeneratedRegex(
        """^(?:\.[A-Za-z_][-A-Za-z0-9_]*|\[(?:[0-9]+|\*|'[^'\]\\]+'|\?\(@(?:\.[A-Za-z_][A-Za-z0-9_]*)+ ?== ?(?:"[^"\\]*"|'[^'\\]*')\))\])+\z""",
        RegexOptions.None,
        1000
    )]
    private static partial Regex ColumnPath();

    [GeneratedRegex(@"^(?!\.metadata)(?:\.[A-Za-z][-A-Za-z0-9_]*)+\z", RegexOptions.None, 1000)]
    private static partial Regex FieldOfSpec();

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    private static void Require(bool known, string what)
    {
        if (!known)
        {
            throw new NotSimulatedException(what);
        }
    }
}
