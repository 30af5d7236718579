using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Controller.Tests.Definitions;

/// <summary>What a definition lacks of what the controller and the ENI managers write.</summary>
public class DefinitionGapsTests
{
    public static TheoryData<string> Plurals => ["nodeenis", "eniattachments"];

    [Theory]
    [MemberData(nameof(Plurals))]
    public void The_definitions_of_this_version_lack_nothing(string plural)
    {
        Assert.Empty(Of(Definition(plural)));
    }

    [Theory]
    [MemberData(nameof(Plurals))]
    public void A_field_that_is_missing_anywhere_is_named_alone(string plural)
    {
        var paths = Fields(Root(Definition(plural)), "")
            .Where(path => path.StartsWith("spec", StringComparison.Ordinal) || path.StartsWith("status", StringComparison.Ordinal))
            .ToList();
        Assert.True(paths.Count > 20);
        Assert.Contains(paths, path => path.Contains("[].", StringComparison.Ordinal));

        foreach (var path in paths)
        {
            var definition = Definition(plural);
            Remove(Root(definition), path);
            Assert.Equal([path], Of(definition));
        }
    }

    [Fact]
    public void More_fields_than_this_version_writes_are_those_of_a_newer_one_and_no_gap()
    {
        var definition = Definition("nodeenis");
        Root(definition)["properties"]!["spec"]!["properties"]!["ofTheFuture"] = new JsonObject { ["type"] = "string" };

        Assert.Empty(Of(definition));
    }

    [Fact]
    public void A_definition_that_keeps_what_it_does_not_know_lacks_nothing_below()
    {
        var definition = Definition("nodeenis");
        Root(definition)["properties"]!["status"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };

        Assert.Empty(Of(definition));
    }

    [Fact]
    public void A_definition_without_the_version_lacks_both_parts()
    {
        var definition = Definition("nodeenis");
        definition["spec"]!["versions"]![0]!["name"] = "v1";

        Assert.Equal(["spec", "status"], Of(definition));
    }

    [Fact]
    public void Many_fields_are_counted_after_the_first()
    {
        Assert.Equal("a, b", DefinitionGaps.Describe(["a", "b"]));
        Assert.Equal("a, b, c, d, e and 2 more", DefinitionGaps.Describe(["a", "b", "c", "d", "e", "f", "g"]));
    }

    private static IReadOnlyList<string> Of(JsonObject definition) =>
        DefinitionGaps.Of(JsonSerializer.Deserialize(definition.ToJsonString(), ResourceDefinition.ResourceKind.Json)!);

    private static JsonObject Definition(string plural) =>
        YamlDocuments
            .Parse(File.ReadAllText(Repository.PathOf($"charts/aws-multi-eni-controller/files/crds/networking.k8s.aws_{plural}.yaml")))
            .Single();

    private static JsonObject Root(JsonObject definition) => definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    private static IEnumerable<string> Fields(JsonObject schema, string path)
    {
        if (schema["items"] is JsonObject items)
        {
            return Fields(items, $"{path}[]");
        }

        return (schema["properties"]?.AsObject() ?? []).SelectMany(property =>
        {
            var name = path.Length == 0 ? property.Key : $"{path}.{property.Key}";
            return Fields(property.Value!.AsObject(), name).Prepend(name);
        });
    }

    private static void Remove(JsonObject schema, string path)
    {
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            schema = schema["properties"]![step.Replace("[]", "", StringComparison.Ordinal)]!.AsObject();
            schema = step.EndsWith("[]", StringComparison.Ordinal) ? schema["items"]!.AsObject() : schema;
        }

        Assert.True(schema["properties"]!.AsObject().Remove(steps[^1]));
    }
}
