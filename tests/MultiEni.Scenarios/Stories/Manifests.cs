namespace MultiEni.Scenarios.Stories;

/// <summary>Documents that several stories apply.</summary>
internal static class Manifests
{
    public const string Resource = "intel.com/sriov_dpdk";

    /// <summary>
    /// A NodeENI for all nodes in the documented subnet, with more lines of its spec.
    /// </summary>
    public static string NodeEni(string name, params string[] spec) => Selecting(name, "ng: multi-eni", spec);

    /// <summary>A NodeENI with a node selector of its own.</summary>
    public static string Selecting(string name, string label, params string[] spec) =>
        $"""
            apiVersion: networking.k8s.aws/v1alpha1
            kind: NodeENI
            metadata:
              name: {name}
            spec:
              nodeSelector:
                {label}
              subnetID: subnet-12345678
              securityGroupIDs:
              - sg-12345678
            {string.Concat(spec.Select(line => $"  {line}\n"))}
            """;

    /// <summary>A pod that wants one device.</summary>
    public static string Pod(string name, string resource) =>
        $"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {name}
            spec:
              containers:
              - name: app
                image: dpdk-app:latest
                resources:
                  limits:
                    {resource}: 1
            """;
}
