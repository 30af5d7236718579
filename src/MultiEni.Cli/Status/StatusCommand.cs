using System.CommandLine;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Status;

/// <summary>The command <c>status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var name = Arguments.OptionalName(
            "NODEENI|NODE",
            "A NodeENI or a node; nodeeni/NAME or node/NAME if the name is ambiguous. By default all NodeENIs."
        );
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Wide, OutputFormats.Json, OutputFormats.Yaml);
        var all = new Option<bool>("--all") { Description = "Show every node, even in large clusters." };
        var command = new Command("status", "Show NodeENIs with their nodes, ENIs and reasons, problems first. Exits with 0 if all are ready.")
        {
            name,
            format,
            all,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var connection = cluster.Connect(parsed, context);
                var nodeEnis = await connection.ListAsync(Kinds.NodeEni, cancellationToken);
                var attachments = await connection.ListAsync(Kinds.EniAttachment, cancellationToken);
                var view = await ChooseAsync(connection, parsed.GetValue(name), nodeEnis, attachments, context.Time.GetUtcNow(), cancellationToken);
                view = view with { Report = StatusReader.WithClaims(view.Report, await ClaimsAsync(connection, view.Report, cancellationToken)) };
                var chosen = parsed.GetValue(format)!;
                if (chosen is OutputFormats.Json or OutputFormats.Yaml)
                {
                    MachineOutput.Write(context.Output, chosen, view.Report, StatusJson.Default.StatusReport);
                }
                else
                {
                    Show(view, context, parsed.GetValue(all), chosen == OutputFormats.Wide);
                }

                return view.Report.Ready ? ExitCodes.Fine : ExitCodes.Trouble;
            }
        );
        return command;
    }

    private static void Show(StatusView view, CliContext context, bool all, bool wide)
    {
        var text = new StatusText(context.Output, Paint.For(context), all, wide);
        if (view.Node is { } node)
        {
            text.WriteNode(node, view.Report);
        }
        else if (view.Report.NodeEnis.Count == 0)
        {
            context.Output.WriteLine("No NodeENIs found.");
        }
        else
        {
            text.Write(view.Report);
        }
    }

    private static async Task<StatusView> ChooseAsync(
        ClusterConnection connection,
        string? name,
        IReadOnlyList<NodeEni> nodeEnis,
        IReadOnlyList<EniAttachment> attachments,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (name is null)
        {
            return new StatusView(null, StatusReader.Read(nodeEnis, attachments, now));
        }

        var (kind, bare) = name.Split('/', 2) is [var before, var after] ? (before, after) : ("", name);
        if (kind is "" or "nodeeni" or "neni" && nodeEnis.FirstOrDefault(nodeEni => nodeEni.Metadata.Name == bare) is { } found)
        {
            return new StatusView(null, StatusReader.Read([found], attachments, now));
        }

        if (kind is "" or "node" or "no" && await FindNodeAsync(connection, bare, attachments, cancellationToken) is { } node)
        {
            return new StatusView(node.Metadata.Name, StatusReader.ReadNode(node, nodeEnis, attachments, now));
        }

        throw new CommandFailedException(
            kind.Length == 0 ? $"no NodeENI or node '{name}' found" : $"'{name}' not found",
            nodeEnis.Count > 0
                ? $"Existing NodeENIs: {string.Join(", ", nodeEnis.Select(nodeEni => nodeEni.Metadata.Name).Order().Take(10))}."
                : null,
            ExitCodes.Usage
        );
    }

    // Only devices that are advertised can be claimed. A cluster without the API has no claims, and
    // who may not list them sees the rest.
    private static async Task<IReadOnlyList<ResourceClaim>> ClaimsAsync(
        ClusterConnection connection,
        StatusReport report,
        CancellationToken cancellationToken
    )
    {
        if (!report.NodeEnis.SelectMany(nodeEni => nodeEni.Nodes).SelectMany(node => node.Enis).Any(eni => eni.Resource is not null))
        {
            return [];
        }

        try
        {
            return await connection.ListAsync(Kinds.ResourceClaim, cancellationToken);
        }
        catch (KubernetesApiException error) when (error.IsNotFound || error.IsForbidden)
        {
            return [];
        }
    }

    // The short host name is enough for a node that has an ENI.
    private static async Task<Api.Kubernetes.Node?> FindNodeAsync(
        ClusterConnection connection,
        string name,
        IReadOnlyList<EniAttachment> attachments,
        CancellationToken cancellationToken
    )
    {
        var full = attachments
            .Select(attachment => attachment.Spec!.NodeName)
            .FirstOrDefault(node => node == name || node.StartsWith(name + '.', StringComparison.Ordinal));
        return await connection.Client.GetAsync(Kinds.Node, ObjectKey.Cluster(full ?? name), cancellationToken);
    }

    private sealed record StatusView(string? Node, StatusReport Report);
}
