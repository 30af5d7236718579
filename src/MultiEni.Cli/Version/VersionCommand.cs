using System.CommandLine;
using System.Text.Json.Serialization;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Operator;

namespace MultiEni.Cli.Version;

/// <summary>The command <c>version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var own = new Option<bool>("--client") { Description = "Print only the version of this program, without connecting to the cluster." };
        var command = new Command("version", "Print the versions of this program, the controller and the ENI managers.") { format, own };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var report = new VersionReport(ProductVersion.Current, null, null, null);
                if (!parsed.GetValue(own))
                {
                    try
                    {
                        using var connection = cluster.Connect(parsed, context);
                        report = await ReadAsync(connection, report, cancellationToken);
                    }
                    catch (Exception unknown) when (Failures.Explain(unknown) is { } failure)
                    {
                        await context.Error.WriteLineAsync($"The versions in the cluster are unknown: {failure.Message}");
                    }
                }

                Write(report, parsed.GetValue(format)!, context.Output);
                return ExitCodes.Fine;
            }
        );
        return command;
    }

    private static async Task<VersionReport> ReadAsync(ClusterConnection connection, VersionReport report, CancellationToken cancellationToken)
    {
        var controller = await ImageAsync(connection, ClusterKinds.Deployment, Names.Controller, cancellationToken);
        var managers = await ImageAsync(connection, ClusterKinds.DaemonSet, Names.Manager, cancellationToken);
        return report with { Controller = controller, Managers = managers, Cluster = connection.Server.ToString() };
    }

    private static async Task<string?> ImageAsync(
        ClusterConnection connection,
        ResourceKind<Workload> kind,
        string name,
        CancellationToken cancellationToken
    ) => (await connection.Client.GetAsync(kind, new ObjectKey(connection.InstallNamespace, name), cancellationToken))?.Container(name)?.Image;

    private static void Write(VersionReport report, string format, TextWriter output)
    {
        if (format != OutputFormats.Text)
        {
            MachineOutput.Write(output, format, report, VersionJson.Default.VersionReport);
            return;
        }

        output.WriteLine($"kubectl-eni   {report.Client}");
        if (report.Cluster is not null)
        {
            output.WriteLine($"controller    {report.Controller ?? "not installed"}");
            output.WriteLine($"ENI managers  {report.Managers ?? "not installed"}");
        }
    }
}

/// <summary>
/// Versions of this program and of the components in the cluster; unknown ones are absent.
/// </summary>
internal sealed record VersionReport(string Client, string? Controller, string? Managers, string? Cluster);

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(VersionReport))]
internal sealed partial class VersionJson : JsonSerializerContext;
