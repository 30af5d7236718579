using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiEni.Chart.Tests;

public partial class ChartReadmeTests
{
    private static JsonObject Schema => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "values.schema.json")))!.AsObject();

    private static string Defaults => File.ReadAllText(Path.Combine(Repository.Chart, "values.yaml"));

    [GeneratedRegex("^( *)(?:# -- (?<text>.*)|(?<key>[A-Za-z]+):.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex CommentOrKey { get; }

    [Fact]
    public void The_charts_readme_says_what_the_schema_says()
    {
        var path = Path.Combine(Repository.Chart, "README.md");
        var page = ChartReadme.Write(Schema, Defaults);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.True(
            File.Exists(path) && page == File.ReadAllText(path),
            "charts/aws-multi-eni-controller/README.md is out of date: run eng/generate-docs.sh and commit what it changed."
        );
    }

    [Fact]
    public void Every_value_is_described_and_has_a_default()
    {
        var yaml = new YamlDotNet.RepresentationModel.YamlStream();
        yaml.Load(new StringReader(Defaults));
        var values = ChartReadme.Values(Schema, yaml.Documents[0].RootNode, "").ToList();
        Assert.NotEmpty(values);
        Assert.Empty(values.Where(value => string.IsNullOrEmpty(value.Description)).Select(value => value.Path));
        Assert.Equal(["global"], values.Where(value => value.Default.Length == 0).Select(value => value.Path));
    }

    [Fact]
    public void Comments_in_the_values_say_what_the_schema_says()
    {
        var path = new List<string>();
        string? comment = null;
        var compared = 0;
        foreach (Match line in CommentOrKey.Matches(Defaults))
        {
            if (line.Groups["text"] is { Success: true } text)
            {
                comment = text.Value;
                continue;
            }

            var depth = line.Value.TakeWhile(character => character == ' ').Count() / 2;
            path.RemoveRange(Math.Min(depth, path.Count), Math.Max(0, path.Count - depth));
            path.Add(line.Groups["key"].Value);
            if (comment is not null)
            {
                JsonNode? property = Schema;
                foreach (var name in path)
                {
                    property = property?["properties"]?[name];
                }

                Assert.Equal((string.Join('.', path), comment), (string.Join('.', path), property?["description"]?.GetValue<string>()));
                compared++;
                comment = null;
            }
        }

        Assert.InRange(compared, 50, int.MaxValue);
    }
}
