using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

/// <summary>The command <c>sweep</c>: ENIs of the cluster that nobody wants any more.</summary>
internal static class SweepCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var options = new SweepOptions();
        var cluster = new ClusterOptions();
        var command = new Command(
            "sweep",
            "List ENIs of this cluster in EC2 that nobody wants any more, and delete them after a question. Works after uninstall too."
        );
        options.AddTo(command);
        cluster.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = parsed.GetValue(options.ClusterGone) ? null : cluster.Connect(parsed, surroundings);
                var known = connection is null ? null : new SweepCluster(connection, surroundings.Time);
                var name = parsed.GetValue(options.ClusterName) ?? await known!.NameAsync(cancellationToken);
                var region = parsed.GetValue(options.Region) ?? await RegionAsync(known, surroundings, cancellationToken);
                var ec2Options = Ec2ClientOptions.FromEnvironment(variable => variable == "AWS_REGION" ? region : surroundings.Environment(variable));
                using var ec2 = new SweepEc2(ec2Options, name, surroundings.Time);
                return await new SweepRun(ec2, known, name, ec2Options.Region, parsed, options, surroundings).RunAsync(cancellationToken);
            }
        );
        return command;
    }

    private static async Task<string> RegionAsync(SweepCluster? known, Surroundings surroundings, CancellationToken cancellationToken)
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
