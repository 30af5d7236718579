using System.Text.Json.Nodes;
using CsCheck;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Tests.Schema;

public sealed class YamlDocumentsTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 8],
        Gen.String[Gen.OneOf('a', '-', ':', ' ', '#', '\n', '\'', '"', '{', '[', '*', '&', '!', '|', '~', '0', '1', '.', 'é', '\t', '\\'), 0, 8],
        Gen.OneOf("true", "no", "null", "~", "1e3", "0x1f", "2026-01-01", "0000:00:06.0", "6.0", "<<", "- a", "line\nline\n", "|", "---", "...")
    );

    private static readonly Gen<JsonNode?> Nodes = Gen.Recursive<JsonNode?>(
        (depth, inner) =>
            depth > 3
                ? Scalars
                : Gen.OneOf(
                    Scalars,
                    inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
                    Gen.Dictionary(Texts, inner)[0, 3]
                        .Select(entries => (JsonNode?)new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone()))))
                )
    );

    private static Gen<JsonNode?> Scalars =>
        Gen.OneOf(
            Texts.Select(text => (JsonNode?)JsonValue.Create(text)),
            Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
            Gen.Const((JsonNode?)null)
        );

    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: \"0000:00:06.0\"", """{"a":"0000:00:06.0"}""")]
    [InlineData("a: 0000:00:06.0", """{"a":"0000:00:06.0"}""")]
    [InlineData("a: 6.0", """{"a":6}""")]
    [InlineData("a: 6.5", """{"a":6.5}""")]
    [InlineData("a: 1e3", """{"a":1000}""")]
    [InlineData("a: 0x1f", """{"a":31}""")]
    [InlineData("a: 014", """{"a":12}""")]
    [InlineData("a: 1_000", """{"a":1000}""")]
    [InlineData("a: [true, True, yes, on, false, no, off]", """{"a":[true,true,true,true,false,false,false]}""")]
    [InlineData("a: [null, ~, '']", """{"a":[null,null,""]}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: 2026-01-01", """{"a":"2026-01-01"}""")]
    [InlineData("a: !!str 5", """{"a":"5"}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("a: >-\n  x\n  y\n", """{"a":"x y"}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("1: a\ntrue: b", """{"1":"a","true":"b"}""")]
    public void Scalars_mean_what_kubectl_takes_them_for(string yaml, string json) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), Assert.Single(YamlDocuments.Parse(yaml))), YamlDocuments.Parse(yaml)[0].ToJsonString());

    [Fact]
    public void A_file_may_hold_several_documents_and_empty_ones_do_not_count() =>
        Assert.Equal(["""{"a":1}""", """{"a":2}"""], YamlDocuments.Parse("# comment\n---\na: 1\n---\n---\na: 2\n").Select(d => d.ToJsonString()));

    [Theory]
    [InlineData("a: [1")]
    [InlineData("a: 1\na: 2")]
    [InlineData("- a")]
    [InlineData("a: .inf")]
    [InlineData("a: 0b101")]
    [InlineData("a: &x {b: 1}\nc:\n  <<: *x")]
    [InlineData("{[1]: 2}")]
    public void What_has_no_form_as_an_object_is_refused(string yaml) => Assert.Throws<FormatException>(() => YamlDocuments.Parse(yaml));

    [Fact]
    public void A_document_that_grows_without_bounds_through_aliases_is_refused()
    {
        var yaml =
            "a0: &a0 [x]\n"
            + string.Concat(Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));

        Assert.Contains("too large", Assert.Throws<FormatException>(() => YamlDocuments.Parse(yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_back_the_same() =>
        Gen.Select(Texts, Nodes)
            .Sample(
                t =>
                {
                    var document = new JsonObject { [t.Item1] = t.Item2?.DeepClone() };
                    var yaml = YamlDocuments.Write(document);
                    var read = Assert.Single(YamlDocuments.Parse(yaml));
                    Assert.True(JsonNode.DeepEquals(document, read), $"{yaml}\n{document.ToJsonString()}\n{read.ToJsonString()}");
                },
                iter: 2_000
            );

    [Fact]
    public void Writing_looks_like_kubectl() =>
        Assert.Equal(
            "spec:\n  list:\n  - a: 1\n    b: \"0000:00:06.0\"\n  - \"true\"\n  nodeSelector:\n    ng: multi-eni\n  empty: {}\n",
            YamlDocuments.Write(
                JsonNode.Parse("""{"spec":{"list":[{"a":1,"b":"0000:00:06.0"},"true"],"nodeSelector":{"ng":"multi-eni"},"empty":{}}}""")!
            )
        );
}
