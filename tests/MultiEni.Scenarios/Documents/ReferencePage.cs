using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Documents;

/// <summary>
/// Generates docs/nodeeni.md from the CustomResourceDefinitions, whose descriptions users also see
/// in <c>kubectl explain</c>.
/// </summary>
internal static class ReferencePage
{
    private const string Folder = "charts/aws-multi-eni-controller/files/crds";

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Reference\n\n<!-- Generated from the CustomResourceDefinitions by eng/generate-docs.sh: change them. -->\n\n");
        page.Append("Also available as `kubectl explain nodeeni.spec`. Samples are in [deploy/samples](../deploy/samples).\n");
        foreach (var file in (string[])["networking.k8s.aws_nodeenis.yaml", "networking.k8s.aws_eniattachments.yaml"])
        {
            var definition = YamlDocuments.Parse(File.ReadAllText(Path.Combine(Page.Root, Folder, file))).Single()["spec"]!;
            var schema = definition["versions"]![0]!["schema"]!["openAPIV3Schema"]!;
            page.Append($"\n## {Text(definition["names"]!["kind"])}\n\n{Text(schema["description"])}\n");
            foreach (var part in (string[])["spec", "status"])
            {
                Section(page, part, schema["properties"]![part]!.AsObject());
            }
        }

        return page.ToString();
    }

    private static void Section(StringBuilder page, string path, JsonObject schema)
    {
        page.Append($"\n### {path}\n\n| field | type | default | meaning |\n|---|---|---|---|\n");
        Fields(page, "", schema);
        var rules = Rules("", schema).ToList();
        if (rules.Count > 0)
        {
            page.Append("\nValidation errors:\n\n").AppendJoin('\n', rules.Select(rule => $"* {rule}")).Append('\n');
        }
    }

    private static void Fields(StringBuilder page, string prefix, JsonObject schema)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            var inner = field!["items"] as JsonObject ?? field.AsObject();
            var isList = field["items"] is not null;
            var initial =
                field["default"] is { } value ? $"`{value.ToJsonString().Replace("|", "\\|")}`"
                : required.Contains(name) ? "required"
                : "";
            page.Append(
                $"| `{prefix}{name}{(isList ? "[]" : "")}` | {TypeOf(field.AsObject())} | {initial} | {Text(field["description"]).Replace("|", "\\|")} |\n"
            );
            if (inner["properties"] is JsonObject)
            {
                Fields(page, $"{prefix}{name}{(isList ? "[]" : "")}.", inner);
            }
        }
    }

    private static string TypeOf(JsonObject field) =>
        field switch
        {
            _ when field["enum"] is JsonArray choices => string.Join(" · ", choices.Select(choice => $"`{choice!.GetValue<string>()}`")),
            _ when field["items"] is JsonObject items => $"list of {TypeOf(items)}",
            _ when field["additionalProperties"] is not null => "map",
            _ when field["minimum"] is { } low && field["maximum"] is { } high => $"{Text(field["type"])}, {low} to {high}",
            _ when field["format"] is { } format => $"{Text(field["type"])} ({Text(format)})",
            _ => Text(field["type"]),
        };

    private static IEnumerable<string> Rules(string prefix, JsonObject schema)
    {
        foreach (var rule in schema["x-kubernetes-validations"] as JsonArray ?? [])
        {
            yield return Text(rule!["message"]);
        }

        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            foreach (var rule in Rules($"{prefix}{name}.", field!["items"] as JsonObject ?? field.AsObject()))
            {
                yield return rule;
            }
        }
    }

    private static string Text(JsonNode? node) => node?.GetValue<string>().Trim().ReplaceLineEndings(" ") ?? "";
}
