using System.Text.Json.Nodes;
using MultiEni.Cli.Demo;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>The sample of a pod with an interface on an ENI, as the demo runs it.</summary>
public sealed class DemoNetworkTests
{
    private static readonly string Sample = Path.Combine(RepositoryFile.Root, "deploy/samples/pod-network.yaml");

    [Fact]
    [Trait("speed", "slow")]
    public async Task The_sample_gets_a_network_definition_an_address_and_takes_it_back()
    {
        var run = await CommandRun.Of("demo", "--manifest", Sample, "--nodes", "1", "--speed", "10");

        Assert.True(run.Code == 0, run.Output);
        var chapters = run.Output.Split("\n== ");
        var definition = JsonNode.Parse(Body(chapters, "The network definition default/pod-network, which the controller keeps for Multus"))!;
        Assert.Equal(("ipvlan", "nodeeni-pod-network"), (definition["type"]!.GetValue<string>(), definition["master"]!.GetValue<string>()));
        var result = JsonNode.Parse(
            Body(chapters, "Call eni-ipam for net1 of Pod pod-with-network, as its plugin would (Multus and packets are not simulated)")
        )!;
        var address = result["ips"]![0]!["address"]!.GetValue<string>().Split('/')[0];
        var status = Body(chapters, "Who has which address: kubectl get eniattachments -o yaml, status.device.addresses only");
        Assert.Contains($"- address: \"{address}\"\n", status);
        Assert.Contains("pod: default/pod-with-network\n", status);
        Assert.Contains("Delete the pods, which blocked the release of their addresses", run.Output);
        Assert.Contains("is in use by pod default/pod-with-network, with addresses of its ENI", run.Output);
        Assert.Contains("Cleanup verified", run.Output);
    }

    [Theory]
    [InlineData("blue", "default/blue@net1")]
    [InlineData("other/blue@eth7, green", "other/blue@eth7 default/green@net2")]
    [InlineData(
        """[{"name":"blue"},{"name":"green","namespace":"other","interface":"n6","ips":["10.0.1.5"]}]""",
        "default/blue@net1 other/green@n6+10.0.1.5"
    )]
    public void Both_forms_of_Multus_annotation_are_read(string annotation, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                NetworkSelection
                    .Of(Pod(annotation))
                    .Select(network =>
                        $"{network.Namespace}/{network.Name}@{network.Interface}{string.Concat(network.Addresses.Select(ip => $"+{ip}"))}"
                    )
            )
        );

    [Theory]
    [InlineData("[blue]")]
    [InlineData("[{}]")]
    [InlineData("""["blue"]""")]
    public void Another_form_is_told_with_the_pod(string annotation) =>
        Assert.Contains(
            "Pod app: the annotation k8s.v1.cni.cncf.io/networks",
            Assert.Throws<DemoException>(() => NetworkSelection.Of(Pod(annotation))).Message
        );

    [Fact]
    public void A_pod_without_the_annotation_asks_for_none() =>
        Assert.Empty(NetworkSelection.Of(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "app" } }));

    [Fact]
    public void The_documents_show_the_sample()
    {
        var sample = Simulator.Kubernetes.Yaml.YamlDocuments.Parse(RepositoryFile.Read("deploy/samples/pod-network.yaml"));
        var page = RepositoryFile.Read("docs/addresses.md");
        var shown = Simulator.Kubernetes.Yaml.YamlDocuments.Parse(page.Split("```yaml\n")[1].Split("```")[0]);

        Assert.Equal(sample.Select(document => document.ToJsonString()), shown.Select(document => document.ToJsonString()));
        Assert.Contains("deploy/samples/pod-network.yaml", RepositoryFile.Read("README.md"));
    }

    private static JsonObject Pod(string annotation) =>
        new()
        {
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = "app",
                ["annotations"] = new JsonObject { ["k8s.v1.cni.cncf.io/networks"] = annotation },
            },
        };

    private static string Body(string[] chapters, string heading)
    {
        var chapter = Assert.Single(chapters, text => text.StartsWith(heading, StringComparison.Ordinal));
        return string.Join('\n', chapter.Split('\n').Skip(1).Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Append(""));
    }
}
