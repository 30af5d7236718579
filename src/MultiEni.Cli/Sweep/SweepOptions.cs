using System.CommandLine;
using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.SSO;
using Amazon.SSOOIDC;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Sweep;

/// <summary>The options of <c>sweep</c>.</summary>
internal sealed class SweepOptions
{
    public Option<string?> ClusterName { get; } =
        new("--cluster-name")
        {
            Description =
                "Value of the tag networking.k8s.aws/cluster: what the controller uses, CLUSTER_NAME or the UID of kube-system. Another one needs --cluster-gone.",
            HelpName = "NAME",
        };

    public Option<string?> Region { get; } =
        new("--region") { Description = "AWS Region. By default AWS_REGION, or that of the controller.", HelpName = "REGION" };

    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Delete without asking." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "List only, and do not ask." };

    public Option<bool> WhileRunning { get; } =
        new("--while-controller-runs") { Description = "Delete although a controller runs, which does it by itself after some minutes." };

    public Option<bool> ClusterGone { get; } =
        new("--cluster-gone")
        {
            Description = "The cluster, or the product in it, does not exist any more: nothing of it is wanted. Needs --cluster-name and --region.",
        };

    public Option<int> GracePeriod { get; } =
        new("--grace-period")
        {
            Description = "Seconds between the two looks at an ENI that is deleted: one that is just being attached is spared.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };

    public Option<string> Format { get; } = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);

    public void AddTo(Command command)
    {
        command.Add(ClusterName);
        command.Add(Region);
        command.Add(DryRun);
        command.Add(Yes);
        command.Add(WhileRunning);
        command.Add(ClusterGone);
        command.Add(GracePeriod);
        command.Add(Format);
        command.Validators.Add(result =>
        {
            if (result.GetValue(GracePeriod) < 0)
            {
                result.AddError("--grace-period must not be negative.");
            }

            if (result.GetValue(ClusterGone) && (result.GetValue(ClusterName) is null || result.GetValue(Region) is null))
            {
                result.AddError("--cluster-gone needs --cluster-name and --region: there is nobody to ask for them.");
            }
        });
    }
}

/// <summary>
/// Profiles that sign in by IAM Identity Center (AWS SSO), which most people have on their own machine. The SDK finds the clients for them by reflection,
/// and an ahead-of-time compiled program has nothing to be found, unless they are named.
/// </summary>
internal static class SsoProfiles
{
    private static int _registered;

    /// <summary>Makes them work in this process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) != 0)
        {
            return;
        }

        var registry = GlobalRuntimeDependencyRegistry.Instance;
        registry.RegisterSSOClient(context => new AmazonSSOClient(new AnonymousAWSCredentials(), context.SSOClientContextData.Region));
        registry.RegisterSSOOIDCClient(context => new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), context.SSOOIDCClientContextData.Region));
    }
}
