using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>
/// Reads a CustomResourceDefinition. What the server would refuse in one is not simulated: nobody
/// but its author meets the words.
/// </summary>
internal static partial class CustomResources
{
    /// <summary>The resource that a definition describes, schema and rules compiled.</summary>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or asks for what is not known here.
    /// </exception>
    public static ResourceDefinition Read(JsonObject definition)
    {
        var spec = definition["spec"] as JsonObject ?? [];
        CheckNames(definition, spec);
        var versions = spec.Objects("versions");
        NotSimulatedException.ThrowUnless(
            versions.Count == 1 && versions[0].Flag("served") && versions[0].Flag("storage"),
            "a definition of other than one version"
        );
        var version = versions[0];
        NotSimulatedException.ThrowUnless(
            !version.ContainsKey("deprecated") && !version.ContainsKey("deprecationWarning"),
            "a deprecated version of a definition"
        );
        NotSimulatedException.ThrowUnless(version["subresources"]?["scale"] is null, "the subresource scale of custom objects");
        var openApi = version["schema"]?["openAPIV3Schema"] as JsonObject ?? throw new NotSimulatedException("a definition without schema");
        var schema = CustomResourceSchema.Parse(openApi.Copy());
        var selectable = version.Objects("selectableFields").ConvertAll(static field => field.Text("jsonPath") ?? "");
        NotSimulatedException.ThrowUnless(
            selectable.Count <= 8 && selectable.TrueForAll(path => FieldOfSpec().IsMatch(path) && schema.IsSelectable(path)),
            "selectable fields of metadata, that are not there or no scalars, or more than eight"
        );
        var names = (JsonObject)spec["names"]!;
        return new ResourceDefinition
        {
            Group = spec.Text("group")!,
            Version = version.Text("name") ?? "",
            Plural = names.Text("plural")!,
            Kind = names.Text("kind")!,
            Singular = names.Text("singular") ?? names.Text("kind")!.ToLowerInvariant(),
            ListKind = names.Text("listKind") ?? names.Text("kind") + "List",
            ShortNames = names.Texts("shortNames"),
            Categories = names.Texts("categories"),
            Namespaced = spec.Text("scope") == "Namespaced",
            HasStatus = version["subresources"]?["status"] is not null,
            CountsGenerations = true,
            NeedsVersionToReplace = true,
            SelectableFields = [.. selectable.Select(static path => path.TrimStart('.'))],
            Columns = [.. version.Objects("additionalPrinterColumns").Select(Column)],
            Schema = schema,
            OpenApiSchema = openApi.Copy(),
        };
    }

    private static void CheckNames(JsonObject definition, JsonObject spec)
    {
        var names = spec["names"] as JsonObject;
        var group = spec.Text("group") ?? "";
        var kind = names.Text("kind") ?? "";
        var list = names.Text("listKind") ?? kind + "List";
        IEnumerable<string> words =
        [
            .. names.Texts("shortNames"),
            .. names.Texts("categories"),
            .. group.Split('.'),
            names.Text("plural") ?? "",
            names.Text("singular") ?? "a",
            kind.ToLowerInvariant(),
            list.ToLowerInvariant(),
            spec.Objects("versions").FirstOrDefault().Text("name") ?? "",
        ];
        NotSimulatedException.ThrowUnless(
            words.All(Label().IsMatch) && list != kind,
            "a definition whose kind, names, group or version are not of lower-case letters, digits and dashes"
        );
        NotSimulatedException.ThrowUnless(
            definition.Text("metadata", "name") == $"{names.Text("plural")}.{group}" && group.Contains('.', StringComparison.Ordinal),
            "a definition that is not called PLURAL.GROUP"
        );
        NotSimulatedException.ThrowUnless(
            !group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal),
            "a definition in a group of Kubernetes"
        );
        NotSimulatedException.ThrowUnless(
            spec.Text("scope") is "Namespaced" or "Cluster",
            "a definition whose scope is neither Namespaced nor Cluster"
        );
        NotSimulatedException.ThrowUnless((spec["conversion"] as JsonObject).Text("strategy") is null or "None", "conversion by a webhook");
        NotSimulatedException.ThrowUnless(!spec.Flag("preserveUnknownFields"), "preserveUnknownFields");
    }

    private static PrinterColumn Column(JsonObject column)
    {
        var path = column.Text("jsonPath") ?? "";
        NotSimulatedException.ThrowUnless(
            column.Text("name") is { Length: > 0 } && column.Text("type") is "boolean" or "date" or "integer" or "number" or "string",
            "a printer column without name or type"
        );
        NotSimulatedException.ThrowUnless(ColumnPath().IsMatch(path), $"the JSON path {path} of a printer column");
        return new PrinterColumn(
            column.Text("name")!,
            column.Text("type")!,
            path,
            (int)(column.Integer("priority") ?? 0),
            column.Text("format") ?? "",
            column.Text("description") ?? ""
        );
    }

    [GeneratedRegex("""^(?:\.[A-Za-z_][-A-Za-z0-9_]*|\[[0-9]+\]|\[\?\(@\.[A-Za-z_][A-Za-z0-9_]*=="[^"\\]*"\)\])+\z""", RegexOptions.None, 1000)]
    private static partial Regex ColumnPath();

    [GeneratedRegex(@"^(?!\.metadata)(?:\.[A-Za-z][-A-Za-z0-9_]*)+\z", RegexOptions.None, 1000)]
    private static partial Regex FieldOfSpec();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
