using MultiEni.Simulator;
using MultiEni.Simulator.Ec2.Iam;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// The IAM policy that users are told to give the controller, filled in for a simulated cluster.
/// Every story runs under it.
/// </summary>
internal static class DocumentedPolicy
{
    public static IamPolicy For(SimulatedCluster cluster, string name, params string[] files)
    {
        var vpc = $"arn:aws:ec2:us-east-1:123456789012:vpc/{cluster.Network.VpcId}";
        return IamPolicy.Parse([
            .. files
                .Prepend("controller-policy.json")
                .Select(file => File.ReadAllText(Path.Combine(Folder, file)).Replace("CLUSTER_NAME", name).Replace("VPC_ARN", vpc)),
        ]);
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "iam");
}
