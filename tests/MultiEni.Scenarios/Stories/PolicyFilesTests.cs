using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Stories;

/// <summary>The policy stands in one file; what repeats it says the same.</summary>
public class PolicyFilesTests
{
    [Fact]
    public void The_CloudFormation_template_holds_the_same_policy()
    {
        var template = YamlDocuments.Parse(Read("cloudformation.yaml").Replace("!Sub", "").Replace("!Ref", "").Replace("!GetAtt", "")).Single();
        var document = template["Resources"]!["ControllerPolicy"]!["Properties"]!["PolicyDocument"]!.GetValue<string>();

        Assert.Equal(
            Policy().ToJsonString(),
            JsonNode.Parse(document.Replace("${ClusterName}", "CLUSTER_NAME").Replace("${VpcArn}", "VPC_ARN"))!.ToJsonString()
        );
    }

    [Fact]
    public void The_Terraform_module_reads_the_policy_and_fills_in_all_of_its_names()
    {
        var module = Read("main.tf");

        Assert.Contains("controller-policy.json", module);
        Assert.Contains("\"CLUSTER_NAME\", var.cluster_name", module);
        Assert.Contains("\"VPC_ARN\", var.vpc_arn", module);
    }

    private static JsonNode Policy() => JsonNode.Parse(Read("controller-policy.json"))!;

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "iam", file));
}
