using System.CommandLine;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Sweep;

/// <summary>The options of <c>sweep</c>.</summary>
internal sealed class SweepOptions
{
    public Option<string?> ClusterName { get; } =
        new("--cluster-name")
        {
            Description =
                "Value of the tag networking.k8s.aws/cluster. By default the controller's: CLUSTER_NAME or the UID of kube-system. A different value needs --cluster-gone.",
            HelpName = "NAME",
        };

    public Option<string?> Region { get; } =
        new("--region") { Description = "AWS Region. By default AWS_REGION, or the controller's Region.", HelpName = "REGION" };

    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Delete without confirmation." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "List only, do not delete." };

    public Option<bool> WhileRunning { get; } =
        new("--while-controller-runs")
        {
            Description = "Delete even if a controller is running, which deletes leaked ENIs itself after some minutes.",
        };

    public Option<bool> ClusterGone { get; } =
        new("--cluster-gone")
        {
            Description =
                "The cluster no longer exists or the product was uninstalled: treat all its ENIs as leaked. Needs --cluster-name and --region.",
        };

    public Option<int> GracePeriod { get; } =
        new("--grace-period")
        {
            Description = "Seconds between listing and deleting an ENI, so that an ENI that is just being attached is not deleted.",
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
                result.AddError("--cluster-gone needs --cluster-name and --region, because it does not connect to a cluster.");
            }
        });
    }
}
