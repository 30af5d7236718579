using System.Text.Json.Nodes;

namespace MultiEni.Cli.Tests.Explain;

public class ExplainCommandTests
{
    [Theory]
    [InlineData("SubnetFull")]
    [InlineData("subnetfull")]
    public async Task A_reason_is_explained_however_it_is_cased(string reason)
    {
        var run = await CommandRun.Of("explain", reason);

        Assert.Equal(0, run.Code);
        Assert.StartsWith("SubnetFull\nThe subnet has no free address.", run.Output);
        Assert.Contains("\nRemedy\n- Use a larger subnet", run.Output);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task On_a_terminal_headings_stand_out_unless_the_user_does_not_want_it()
    {
        var terminal = new CommandRunOptions
        {
            Terminal = true,
            Environment = new() { ["TERM"] = "xterm" },
        };

        Assert.Contains("\e[1mSubnetFull\e[0m", (await CommandRun.With(terminal, "explain", "SubnetFull")).Output);
        Assert.DoesNotContain(
            '\e',
            (
                await CommandRun.With(
                    terminal with
                    {
                        Environment = new() { ["TERM"] = "xterm", ["NO_COLOR"] = "1" },
                    },
                    "explain",
                    "SubnetFull"
                )
            ).Output
        );
    }

    [Theory]
    [InlineData("SubnetFul", "SubnetFull")]
    [InlineData("DriverModuleMissing", "DriverModuleUnavailable")]
    [InlineData("script", "BindingScriptNotFound")]
    public async Task An_unknown_reason_suggests_near_ones(string asked, string near)
    {
        var run = await CommandRun.Of("explain", asked);

        Assert.Equal(2, run.Code);
        Assert.StartsWith($"error: there is no reason '{asked}'", run.Error);
        Assert.Contains(near, run.Error);
    }

    [Fact]
    public async Task Without_a_reason_all_are_listed_by_symptom()
    {
        var run = await CommandRun.Of("explain");

        Assert.Equal(0, run.Code);
        Assert.StartsWith("No ENI is created for a node\n  NoMatchingNodes ", run.Output);
        Assert.Contains("\nNothing is wrong\n", run.Output);
    }

    [Fact]
    public async Task Programs_read_JSON_and_YAML()
    {
        var json = JsonNode.Parse((await CommandRun.Of("explain", "SubnetFull", "-o", "json")).Output)!;
        var yaml = (await CommandRun.Of("explain", "SubnetFull", "-o", "yaml")).Output;

        Assert.Equal("SubnetFull", json["reason"]!.GetValue<string>());
        Assert.NotEmpty(json["remedies"]!.AsArray());
        Assert.StartsWith("reason: SubnetFull\nsymptom: No ENI is created for a node\n", yaml);
        Assert.Equal(json["remedies"]!.ToJsonString(), Simulator.Kubernetes.Yaml.YamlDocuments.Parse(yaml)[0]["remedies"]!.ToJsonString());
    }

    [Fact]
    public async Task A_wrong_format_is_a_usage_error_that_names_the_right_ones()
    {
        var run = await CommandRun.Of("explain", "-o", "xml");

        Assert.Equal(2, run.Code);
        Assert.Contains("'json'", run.Error);
    }
}
