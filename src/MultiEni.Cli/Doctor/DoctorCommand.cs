using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Doctor;

/// <summary>The command <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliContext surroundings, ClusterOptions cluster)
    {
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var command = new Command(
            "doctor",
            "Look for what stops the product in a cluster, and say the remedy. Reads only. The exit code is 0 when no error was found."
        )
        {
            format,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, surroundings);
                var report = Checks.Run(await new PictureReader(connection, surroundings.Time).ReadAsync(cancellationToken));
                var chosen = parsed.GetValue(format)!;
                if (chosen == OutputFormats.Text)
                {
                    DoctorText.Write(report, surroundings.Output, Paint.For(surroundings));
                }
                else
                {
                    MachineOutput.Write(surroundings.Output, chosen, report, CliJson.Default.DoctorReport);
                }

                return report.Healthy ? ExitCodes.Fine : ExitCodes.Trouble;
            }
        );
        return command;
    }
}
