using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

/// <summary>The command <c>sweep</c>: ENIs of the cluster that nobody wants any more.</summary>
internal static class SweepCommand
{
    public static Command Create(CliContext surroundings, ClusterOptions cluster)
    {
        var options = new SweepOptions();
        var command = new Command(
            "sweep",
            "List ENIs of this cluster in EC2 that nobody wants any more, and delete them after a question. Works after uninstall too."
        );
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = parsed.GetValue(options.ClusterGone) ? null : cluster.Connect(parsed, surroundings);
                var known = connection is null ? null : new SweepCluster(connection, surroundings.Time);
                var name = await NameAsync(known, parsed.GetValue(options.ClusterName), cancellationToken);
                var region = parsed.GetValue(options.Region) ?? await RegionAsync(known, surroundings, cancellationToken);
                var ec2Options = Ec2ClientOptions.FromEnvironment(variable =>
                    variable == "AWS_REGION" ? region : surroundings.Environment(variable)
                ) with
                {
                    Program = ProgramName.Value,
                };
                SsoProfiles.Register();
                using var ec2 = new SweepEc2(ec2Options, name, surroundings.Time);
                return await new SweepRun(ec2, known, name, ec2Options.Region, parsed, options, surroundings).RunAsync(cancellationToken);
            }
        );
        return command;
    }

    // With the name of one cluster and the objects of another, every ENI would look leaked.
    private static async Task<string> NameAsync(SweepCluster? known, string? given, CancellationToken cancellationToken)
    {
        if (known is null)
        {
            return given!;
        }

        var own = await known.NameAsync(cancellationToken);
        return given is null || given == own
            ? own
            : throw new CommandFailedException(
                $"The name of this cluster is {own} and not {given}: which ENIs {given} wants cannot be known here.",
                $"Name the cluster with --context or --kubeconfig, and the controller's namespace with --namespace. If {given} does not exist any more, or its controller "
                    + $"was uninstalled: --cluster-gone --cluster-name {given} --region REGION.",
                ExitCodes.Usage
            );
    }

    private static async Task<string> RegionAsync(SweepCluster? known, CliContext surroundings, CancellationToken cancellationToken)
    {
        var region = surroundings.Environment("AWS_REGION") ?? surroundings.Environment("AWS_DEFAULT_REGION");
        if (string.IsNullOrEmpty(region) && known is not null)
        {
            region = await known.ControllerSettingAsync("AWS_REGION", cancellationToken);
        }

        return string.IsNullOrEmpty(region)
            ? throw new CommandFailedException("The AWS Region is not known.", "Name it with --region or AWS_REGION.", ExitCodes.Usage)
            : region;
    }
}
