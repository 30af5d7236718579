using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

/// <summary>The command <c>sweep</c>: finds and deletes leaked ENIs of the cluster.</summary>
internal static class SweepCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var options = new SweepOptions();
        var command = new Command(
            "sweep",
            "List leaked ENIs of this cluster in EC2, and delete them after confirmation. Also works after uninstalling."
        );
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = parsed.GetValue(options.ClusterGone) ? null : cluster.Connect(parsed, context);
                var sweepCluster = connection is null ? null : new SweepCluster(connection, context.Time);
                var name = await NameAsync(sweepCluster, parsed.GetValue(options.ClusterName), cancellationToken);
                var region = parsed.GetValue(options.Region) ?? await RegionAsync(sweepCluster, context, cancellationToken);
                var ec2Options = Ec2ClientOptions.FromEnvironment(variable => variable == "AWS_REGION" ? region : context.Environment(variable)) with
                {
                    Program = ProgramName.Value,
                };
                SsoProfiles.Register();
                using var ec2 = new SweepEc2(ec2Options, name, context.Time);
                return await new SweepRun(ec2, sweepCluster, name, ec2Options.Region, parsed, options, context).RunAsync(cancellationToken);
            }
        );
        return command;
    }

    // With the name of one cluster and the objects of another, every ENI would look leaked.
    private static async Task<string> NameAsync(SweepCluster? sweepCluster, string? given, CancellationToken cancellationToken)
    {
        if (sweepCluster is null)
        {
            return given!;
        }

        var own = await sweepCluster.Controller.ClusterNameAsync(cancellationToken);
        return given is null || given == own
            ? own
            : throw new CommandFailedException(
                $"The name of this cluster is {own} and not {given}, so the ENIs in use by {given} are unknown.",
                $"Select the cluster with --context or --kubeconfig, and the controller's namespace with --namespace. If {given} no longer exists, or its controller "
                    + $"was uninstalled, pass --cluster-gone --cluster-name {given} --region REGION.",
                ExitCodes.Usage
            );
    }

    private static async Task<string> RegionAsync(SweepCluster? sweepCluster, CliContext context, CancellationToken cancellationToken) =>
        sweepCluster is null
            ? InstalledController.RegionOf(context) ?? throw InstalledController.UnknownRegion()
            : await sweepCluster.Controller.RegionAsync(context, cancellationToken);
}
