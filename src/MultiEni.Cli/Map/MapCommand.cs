using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Map;

/// <summary>The command <c>map</c>.</summary>
internal static class MapCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 selects a free port.", DefaultValueFactory = _ => 0 };
        Numbers.Within(port, 0, 65535);
        var command = new Command("map", "Serve a live map of zones, nodes and ENIs as a web page on loopback. Ctrl-C stops it.") { port };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, context);
                await using var map = await MapSession.StartAsync(connection, null, parsed.GetValue(port), context.Time, cancellationToken);
                await context.Output.WriteLineAsync(
                    $"""
                    The map is at {map.Address}
                    The address contains a secret: whoever on this machine knows it can read the map with your permissions. Ctrl-C stops it.
                    """
                );
                try
                {
                    await map.Followed.WaitAsync(cancellationToken);
                }
                catch (Exception failed) when (!cancellationToken.IsCancellationRequested && Failures.Explain(failed) is null)
                {
                    throw new CommandFailedException(
                        $"The map cannot follow the cluster any longer: {failed.Message}",
                        $"This is a bug in kubectl eni: report it with what follows, and start the map again.{Environment.NewLine}{failed}",
                        ExitCodes.Unknown
                    );
                }
                catch (OperationCanceledException)
                {
                    // Ctrl-C is how it ends.
                }

                return ExitCodes.Fine;
            }
        );
        return command;
    }
}
