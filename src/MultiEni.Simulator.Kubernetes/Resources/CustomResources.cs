using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>Reads a CustomResourceDefinition. Of several versions the stored one is served.</summary>
internal static class CustomResources
{
    /// <summary>The resource that a definition describes, schema and rules compiled.</summary>
    /// <exception cref="StatusException">422: the definition cannot be installed.</exception>
    public static ResourceDefinition Read(ResourceDefinition definitions, JsonObject definition)
    {
        var name = definition.Text("metadata", "name") ?? "";
        if (definition["spec"] is not JsonObject spec || spec["names"] is not JsonObject names)
        {
            throw StatusErrors.Invalid(definitions, name, "spec.names", FieldErrorReasons.Required, "Required value");
        }

        var group = spec.Text("group") ?? "";
        var plural = names.Text("plural") ?? "";
        if (name != $"{plural}.{group}")
        {
            throw StatusErrors.Invalid(
                definitions,
                name,
                "metadata.name",
                FieldErrorReasons.Invalid,
                $"Invalid value: \"{name}\": must be spec.names.plural+\".\"+spec.group"
            );
        }

        var versions = (spec["versions"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        var index = versions.FindIndex(static version => version.Flag("storage"));
        if (index < 0)
        {
            throw StatusErrors.Invalid(
                definitions,
                name,
                "spec.versions",
                FieldErrorReasons.Invalid,
                "Invalid value: must have exactly one version marked as storage version"
            );
        }

        var version = versions[index];
        if (version["schema"]?["openAPIV3Schema"] is not JsonObject schema)
        {
            throw StatusErrors.Invalid(
                definitions,
                name,
                $"spec.versions[{index}].schema.openAPIV3Schema",
                FieldErrorReasons.Required,
                "Required value: schemas are required"
            );
        }

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
            SelectableFields = SelectableFields(version),
            Columns = Columns(version),
            Schema = Compile(definitions, name, index, schema),
            OpenApiSchema = schema.DeepClone().AsObject(),
        };
    }

    private static CustomResourceSchema Compile(ResourceDefinition definitions, string name, int version, JsonObject schema)
    {
        try
        {
            return CustomResourceSchema.Parse(schema.DeepClone().AsObject());
        }
        catch (CustomResourceSchemaException refused)
        {
            var prefix = $"spec.versions[{version}].schema.";
            throw StatusErrors.Invalid(definitions, name, [.. refused.Errors.Select(error => error with { Path = prefix + error.Path })]);
        }
    }

    private static List<string> SelectableFields(JsonObject version) =>
        [
            .. (version["selectableFields"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Select(static field => (field.Text("jsonPath") ?? "").TrimStart('.')),
        ];

    private static List<PrinterColumn> Columns(JsonObject version) =>
        [
            .. (version["additionalPrinterColumns"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Select(static column => new PrinterColumn(
                    column.Text("name") ?? "",
                    column.Text("type") ?? "string",
                    column.Text("jsonPath") ?? "",
                    (int)(column.Integer("priority") ?? 0),
                    column.Text("format") ?? "",
                    column.Text("description") ?? ""
                )),
        ];
}
