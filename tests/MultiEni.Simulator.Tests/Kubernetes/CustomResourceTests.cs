using System.Net;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class CustomResourceTests : ServerFixture
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string TableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Cluster
          names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget, shortNames: [wd]}
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              selectableFields: [{jsonPath: .spec.color}]
              additionalPrinterColumns:
                - {name: Size, type: integer, jsonPath: .spec.size}
                - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                - {name: Color, type: string, priority: 1, jsonPath: .spec.color}
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      required: [size]
                      properties:
                        size: {type: integer, minimum: 1, maximum: 10}
                        color: {type: string, default: red}
                    status:
                      type: object
                      properties:
                        conditions:
                          type: array
                          x-kubernetes-list-type: map
                          x-kubernetes-list-map-keys: [type]
                          items:
                            type: object
                            required: [type]
                            properties:
                              type: {type: string}
                              status: {type: string}
        """;

    [Fact]
    public async Task A_definition_adds_its_resource_and_is_established_at_once()
    {
        var created = await InstallAsync();

        var conditions = created.Body["status"]!["conditions"]!.AsArray().Select(static c => $"{c!["type"]}={c["status"]}");
        Assert.Equal(["NamesAccepted=True", "Established=True"], conditions);
        var discovered = await Client.GetAsync("/apis/example.com/v1");
        Assert.Equal(["widgets", "widgets/status"], discovered.Body["resources"]!.AsArray().Select(static r => r!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects_and_its_resource()
    {
        await InstallAsync();
        await Client.PostAsync(Widgets, Widget("w", "\"spec\":{\"size\":1}"));

        await Client.DeleteAsync(Definitions + "/widgets.example.com");

        (await Client.GetAsync(Widgets)).Expect(HttpStatusCode.NotFound);
        (await Client.GetAsync(Definitions + "/widgets.example.com")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Defaults_are_filled_in_and_the_status_is_dropped()
    {
        await InstallAsync();

        var widget = (await Client.PostAsync(Widgets, Widget("w", "\"spec\":{\"size\":1},\"status\":{\"conditions\":[]}"))).Expect(
            HttpStatusCode.Created
        );

        Assert.Equal("red", widget.Body["spec"]!["color"]!.GetValue<string>());
        Assert.Null(widget.Body["status"]);
        Assert.Equal(1, widget.Body["metadata"]!["generation"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_specification_only()
    {
        await InstallAsync();
        await Client.PostAsync(Widgets, Widget("w", "\"spec\":{\"size\":1}"));

        var status = await Client.MergePatchAsync(
            Widgets + "/w/status",
            """{"status":{"conditions":[{"type":"Ready","status":"True"}]},"spec":{"size":3}}"""
        );
        var label = await Client.MergePatchAsync(Widgets + "/w", """{"metadata":{"labels":{"a":"b"}},"status":null}""");
        var spec = await Client.MergePatchAsync(Widgets + "/w", """{"spec":{"size":2}}""");

        Assert.Equal([1, 1, 2], new[] { status, label, spec }.Select(static answer => answer.Body["metadata"]!["generation"]!.GetValue<int>()));
        Assert.Equal(1, status.Body["spec"]!["size"]!.GetValue<int>());
        Assert.NotNull(spec.Body["status"]!["conditions"]);
    }

    [Theory]
    [InlineData("Strict", HttpStatusCode.BadRequest, 0)]
    [InlineData("Warn", HttpStatusCode.Created, 1)]
    [InlineData("Ignore", HttpStatusCode.Created, 0)]
    public async Task Unknown_fields_are_an_error_a_warning_or_dropped_in_silence(string validation, HttpStatusCode code, int warnings)
    {
        await InstallAsync();

        var answer = (await Client.PostAsync($"{Widgets}?fieldValidation={validation}", Widget("w", "\"spec\":{\"size\":1,\"taste\":\"x\"}"))).Expect(
            code
        );

        Assert.Equal(warnings, answer.Warnings.Count);
        Assert.All(answer.Warnings, static warning => Assert.Equal("299 - \"unknown field \\\"spec.taste\\\"\"", warning));
        Assert.Null(answer.Body["spec"]?["taste"]);
        if (code == HttpStatusCode.BadRequest)
        {
            Assert.Equal(
                "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.taste\"",
                answer.Message
            );
        }
    }

    [Theory]
    [InlineData("""{"size":70000}""", "spec.size")]
    [InlineData("""{}""", "spec.size")]
    [InlineData("""{"size":"big"}""", "spec.size")]
    public async Task An_invalid_object_is_refused_field_by_field(string spec, string field)
    {
        await InstallAsync();

        var refused = (await Client.PostAsync(Widgets, Widget("w", $"\"spec\":{spec}"))).Expect(HttpStatusCode.UnprocessableEntity);

        Assert.StartsWith($"Widget.example.com \"w\" is invalid: {field}: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(field, refused.Body["details"]!["causes"]![0]!["field"]!.GetValue<string>());
        Assert.Equal("Widget", refused.Body["details"]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Selectable_fields_select()
    {
        await InstallAsync();
        await Client.PostAsync(Widgets, Widget("a", "\"spec\":{\"size\":1}"));
        await Client.PostAsync(Widgets, Widget("b", "\"spec\":{\"size\":1,\"color\":\"blue\"}"));

        var list = await Client.GetAsync(Widgets + "?fieldSelector=spec.color%3Dblue");

        Assert.Equal("b", Assert.Single(list.Body["items"]!.AsArray())!["metadata"]!["name"]!.GetValue<string>());
        (await Client.GetAsync(Widgets + "?fieldSelector=spec.size%3D1")).Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Tables_show_the_columns_of_the_definition()
    {
        await InstallAsync();
        await Client.PostAsync(Widgets, Widget("w", "\"spec\":{\"size\":3}"));
        await Client.MergePatchAsync(
            Widgets + "/w/status",
            """{"status":{"conditions":[{"type":"Other","status":"Unknown"},{"type":"Ready","status":"True"}]}}"""
        );

        var table = (await Client.GetAsync(Widgets, TableAccept)).Body;

        Assert.Equal("Table", table["kind"]!.GetValue<string>());
        Assert.Equal(
            ["Name 0", "Size 0", "Ready 0", "Age 0", "Color 1"],
            table["columnDefinitions"]!.AsArray().Select(static c => $"{c!["name"]} {c["priority"]}")
        );
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal("w", cells[0]!.GetValue<string>());
        Assert.Equal(3, cells[1]!.GetValue<int>());
        Assert.Equal("True", cells[2]!.GetValue<string>());
        Assert.Matches("^[0-9]+s$", cells[3]!.GetValue<string>());
        Assert.Equal("red", cells[4]!.GetValue<string>());
        Assert.Equal("PartialObjectMetadata", table["rows"]![0]!["object"]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_applied_field_that_the_schema_does_not_know_is_refused()
    {
        await InstallAsync();

        var refused = await Client.ApplyAsync(
            Widgets + "/w",
            "a",
            """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1,"taste":"x"}}"""
        );

        Assert.Equal(
            "failed to create typed patch object (/w; example.com/v1, Kind=Widget): .spec.taste: field not declared in schema",
            refused.Expect(HttpStatusCode.InternalServerError).Message
        );
    }

    [Fact]
    public async Task Strategic_merge_is_for_built_in_types_only()
    {
        await InstallAsync();
        await Client.PostAsync(Widgets, Widget("w", "\"spec\":{\"size\":1}"));

        var refused = await Client.PatchAsync(Widgets + "/w", "{}", "application/strategic-merge-patch+json");

        refused.Expect(HttpStatusCode.UnsupportedMediaType);
    }

    private async Task<ApiAnswer> InstallAsync() =>
        (await Client.PostAsync(Definitions, Assert.Single(YamlDocuments.Parse(Definition)).ToJsonString())).Expect(HttpStatusCode.Created);

    private static string Widget(string name, string rest) => Json(name, "\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\"," + rest);
}
