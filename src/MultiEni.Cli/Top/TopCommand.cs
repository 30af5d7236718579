using System.CommandLine;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Top;

/// <summary>The command <c>top</c>.</summary>
internal static class TopCommand
{
    private const int DefaultInterval = 5;
    private const int LongestInterval = 300;

    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var node = new Option<string?>("--node") { Description = "Only ENIs of this node; the short host name is enough.", HelpName = "NODE" };
        var nodeEni = new Option<string?>("--nodeeni") { Description = "Only ENIs of this NodeENI.", HelpName = "NODEENI" };
        var interval = new Option<int>("--interval")
        {
            Description = $"Seconds between the two readings, 1 to {LongestInterval}.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => DefaultInterval,
        };
        Numbers.Within(interval, 1, LongestInterval);
        var order = new Option<string>("--sort-by")
        {
            Description = $"Order: {string.Join(", ", TopOrder.All)}; the largest number first.",
            HelpName = string.Join('|', TopOrder.All),
            DefaultValueFactory = _ => TopOrder.Name,
        };
        order.AcceptOnlyFromAmong([.. TopOrder.All]);
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var command = new Command("top", "Show the traffic of ENIs, read twice from the ENI managers through the API server.")
        {
            node,
            nodeEni,
            interval,
            order,
            format,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, context);
                var wanted = parsed.GetValue(nodeEni);
                var managers = await ManagersAsync(connection, parsed.GetValue(node), wanted, cancellationToken);
                var report = await ReadAsync(connection, context, managers, parsed.GetValue(interval), cancellationToken);
                report = report with
                {
                    Enis = TopOrder.Sort(report.Enis.Where(eni => wanted is null || eni.NodeEni == wanted), parsed.GetValue(order)!),
                };
                var chosen = parsed.GetValue(format)!;
                if (chosen == OutputFormats.Text)
                {
                    new TopText(context.Output, Paint.For(context)).Write(report);
                }
                else
                {
                    MachineOutput.Write(context.Output, chosen, report, TopJson.Default.TopReport);
                }

                return report.Unreachable.Count == 0 ? ExitCodes.Fine
                    : report.Unreachable.Count == managers.Count ? ExitCodes.Unknown
                    : ExitCodes.Trouble;
            }
        );
        return command;
    }

    private static async Task<TopReport> ReadAsync(
        ClusterConnection connection,
        CliContext context,
        IReadOnlyList<ClusterPod> managers,
        int seconds,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await new TopReader(connection, context.Time).ReadAsync(managers, TimeSpan.FromSeconds(seconds), cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsForbidden)
        {
            throw new CommandFailedException(
                refused.Message,
                $"You need the verb get on pods/proxy in the namespace {connection.InstallNamespace}, to read the metrics of the ENI managers.",
                ExitCodes.Unknown
            );
        }
    }

    private static async Task<IReadOnlyList<ClusterPod>> ManagersAsync(
        ClusterConnection connection,
        string? node,
        string? nodeEni,
        CancellationToken cancellationToken
    )
    {
        var ofInstallation = new ListOptions { Namespace = connection.InstallNamespace, LabelSelector = $"app={Names.Manager}" };
        var all = (await connection.ListAsync(ClusterKinds.Pod, ofInstallation, cancellationToken))
            .Where(pod => pod.Spec.NodeName is not null)
            .ToList();
        if (all.Count == 0)
        {
            throw new CommandFailedException(
                $"no ENI manager runs in the namespace {connection.InstallNamespace}",
                "Install the chart with eniManager.enabled, or set its namespace with --namespace.",
                ExitCodes.Unknown
            );
        }

        if (node is not null)
        {
            all = [.. all.Where(pod => pod.Spec.NodeName == node || pod.Spec.NodeName!.StartsWith(node + '.', StringComparison.Ordinal))];
            if (all.Count == 0)
            {
                throw new CommandFailedException($"no ENI manager runs on a node '{node}'", null, ExitCodes.Usage);
            }
        }

        if (nodeEni is null)
        {
            return all;
        }

        var nodes = (await connection.ListAsync(Kinds.EniAttachment, cancellationToken))
            .Where(attachment => attachment.Spec?.NodeEniRef.Name == nodeEni && EniState.IsAttached(attachment.Status?.Network?.State))
            .Select(attachment => attachment.Spec!.NodeName)
            .ToHashSet(StringComparer.Ordinal);
        all = [.. all.Where(pod => nodes.Contains(pod.Spec.NodeName!))];
        return all.Count > 0
            ? all
            : throw new CommandFailedException(
                $"no ENI of a NodeENI '{nodeEni}' is attached to {(node is null ? "a node" : "that node")}",
                null,
                ExitCodes.Usage
            );
    }
}
