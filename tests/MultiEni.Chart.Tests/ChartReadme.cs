using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Chart.Tests;

/// <summary>
/// The chart's README, which <c>helm show readme</c> prints: every value with what its schema says
/// of it. Pure.
/// </summary>
internal static class ChartReadme
{
    private const string Beginning = """
        # aws-multi-eni-controller

        Attaches additional network interfaces (ENIs) to Kubernetes nodes on EC2, optionally binds them to DPDK drivers, and advertises them to pods.
        The project's `docs/install.md` explains the installation by topic: IAM, upgrades, node groups, metrics.

        ```console
        kubectl create namespace eni-controller-system
        kubectl label namespace eni-controller-system pod-security.kubernetes.io/enforce=privileged
        helm install multi-eni CHART --namespace eni-controller-system \
          --set image.repository=REPOSITORY --set awsRegion=REGION --set clusterName=CLUSTER
        ```

        The ENI managers are privileged, hence the label. `CLUSTER` is the EKS cluster name, the same as in the controller's IAM policy.

        ## Values

        Helm refuses unknown values and values of the wrong type.

        """;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page.</summary>
    /// <param name="schema">The chart's <c>values.schema.json</c>.</param>
    /// <param name="values">The chart's <c>values.yaml</c>.</param>
    public static string Write(JsonObject schema, string values)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(values));
        var defaults = (YamlMappingNode)yaml.Documents[0].RootNode;
        var page = new StringBuilder(Beginning);
        Table(page, [.. Values(schema, defaults, "").Where(value => !value.Path.Contains('.'))]);
        foreach (var (name, section) in schema["properties"]!.AsObject())
        {
            if (section!["properties"] is null)
            {
                continue;
            }

            page.Append($"\n### {name}\n");
            page.Append(section["description"]?.GetValue<string>() is { } text ? $"\n{text}\n" : "");
            Table(page, [.. Values(section.AsObject(), Child(defaults, name), $"{name}.")]);
        }

        return page.ToString();
    }

    /// <summary>Every value that is set as a whole, with what its schema says of it.</summary>
    public static IEnumerable<ChartValue> Values(JsonObject schema, YamlNode? defaults, string prefix)
    {
        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            var child = Child(defaults, name);
            if (property!["properties"] is not null)
            {
                foreach (var inner in Values(property.AsObject(), child, $"{prefix}{name}."))
                {
                    yield return inner;
                }
            }
            else
            {
                var text = property["description"]?.GetValue<string>();
                yield return new($"{prefix}{name}", TypeOf(property), child is null ? "" : Json(child), text);
            }
        }
    }

    private static void Table(StringBuilder page, IReadOnlyList<ChartValue> values)
    {
        page.Append("\n| value | type | default | |\n|---|---|---|---|\n");
        foreach (var value in values)
        {
            page.Append(
                $"| `{value.Path}` | {value.Type} | {(value.Default.Length == 0 ? "" : $"`{Cell(value.Default)}`")} | {Cell(value.Description ?? "")} |\n"
            );
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string TypeOf(JsonNode property) =>
        property["enum"] is JsonArray choices
            ? string.Join(", ", choices.Select(choice => $"`{choice}`"))
            : property["type"] switch
            {
                JsonArray several => string.Join(" or ", several.Select(type => type!.GetValue<string>())),
                { } one => one.GetValue<string>(),
                null => "",
            };

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string Json(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => $"{{{string.Join(", ", map.Children.Select(entry => $"{Json(entry.Key)}: {Json(entry.Value)}"))}}}",
            YamlSequenceNode list => $"[{string.Join(", ", list.Children.Select(Json))}]",
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } plain => plain.Value ?? "",
            _ => JsonValue.Create(((YamlScalarNode)node).Value)!.ToJsonString(Plain),
        };
}

/// <summary>A value of the chart.</summary>
/// <param name="Path">Its name, with dots.</param>
/// <param name="Type">Its type, or what it may be.</param>
/// <param name="Default">As in <c>values.yaml</c>.</param>
/// <param name="Description">What it does; null when the schema does not say.</param>
internal sealed record ChartValue(string Path, string Type, string Default, string? Description);
