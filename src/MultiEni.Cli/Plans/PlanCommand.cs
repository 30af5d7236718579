using System.CommandLine;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Controller.Ec2;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Plans;

/// <summary>The command <c>plan</c>: what applying or deleting NodeENIs would do.</summary>
internal static class PlanCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var options = new PlanOptions();
        var command = new Command(
            "plan",
            "Show what applying NodeENIs, or deleting them, would do: ENIs, addresses, EC2 calls, and refusals with their reasons. Changes nothing. Exits with 2 if something is refused."
        );
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var manifests = NodeEniManifests.Read(parsed.GetValue(options.Files)!, context.Input);
                var report = parsed.GetValue(options.Nodes) is { } nodes
                    ? Offline(manifests, nodes, parsed, options)
                    : await AgainstClusterAsync(manifests, parsed, options, context, cluster, cancellationToken);
                var format = parsed.GetValue(options.Format)!;
                if (format is OutputFormats.Json or OutputFormats.Yaml)
                {
                    MachineOutput.Write(context.Output, format, report, PlanJson.Default.PlanReport);
                }
                else
                {
                    new PlanText(context.Output, Paint.For(context), parsed.GetValue(options.All)).Write(report);
                }

                return report.IsRefused ? ExitCodes.Refused : ExitCodes.Fine;
            }
        );
        return command;
    }

    private static PlanReport Offline(IReadOnlyList<NodeEniManifest> manifests, string nodes, ParseResult parsed, PlanOptions options)
    {
        var fleet = FleetFiles.Read(nodes, parsed.GetValue(options.Subnets)!);
        var current = parsed.GetValue(options.Current) is { Length: > 0 } files ? Current(files) : [];
        var run = PlanRun.Of(manifests, current, parsed.GetValue(options.Delete), parsed.GetValue(options.Prune));
        fleet = fleet.After(current);
        if (run.Others.Count > 0)
        {
            fleet = fleet.Saying($"In no file of -f, and left as they are: {string.Join(", ", run.Others)}. If they would be pruned, add --prune.");
        }

        if (run.Retains)
        {
            fleet = fleet.Saying("Retained ENIs were not looked up: without --nodes they are, in EC2.");
        }

        return Report(run, fleet, EniUsers.None);
    }

    private static List<NodeEni> Current(string[] files) =>
        NodeEniManifests
            .Read(files, TextReader.Null, mayBeNone: true)
            .Select(manifest =>
                manifest.Check(before: null) is var (nodeEni, errors) && nodeEni is not null
                    ? nodeEni
                    : throw Documents.Unusable(
                        $"NodeENI {manifest.Name} of {manifest.Source} is not valid: {string.Join("; ", errors)}",
                        "--current takes NodeENIs as they are in the cluster."
                    )
            )
            .ToList();

    private static async Task<PlanReport> AgainstClusterAsync(
        IReadOnlyList<NodeEniManifest> manifests,
        ParseResult parsed,
        PlanOptions options,
        CliContext context,
        ClusterOptions cluster,
        CancellationToken cancellationToken
    )
    {
        using var connection = cluster.Connect(parsed, context);
        var controller = new InstalledController(connection);
        var present = await connection.ListAsync(Kinds.NodeEni, cancellationToken);
        var attachments = await connection.ListAsync(Kinds.EniAttachment, cancellationToken);
        var region = parsed.GetValue(options.Region) ?? await controller.RegionAsync(context, cancellationToken);
        var ec2 = Ec2ClientOptions.FromEnvironment(variable => variable == "AWS_REGION" ? region : context.Environment(variable)) with
        {
            Program = ProgramName.Value,
        };
        SsoProfiles.Register();
        var run = PlanRun.Of(manifests, present, parsed.GetValue(options.Delete), parsed.GetValue(options.Prune));
        var fleet = await new FleetReader(connection, ec2, context.Time).ReadAsync(
            run.Foretold,
            attachments,
            await controller.DefaultDeviceIndexAsync(cancellationToken),
            run.Retains ? await controller.ClusterNameAsync(cancellationToken) : null,
            cancellationToken
        );
        var pods = await ListAsync(connection, ClusterKinds.Pod, attachments.Any(HasResource), cancellationToken);
        var claims = await ListAsync(connection, Kinds.ResourceClaim, attachments.Count > 0, cancellationToken);
        foreach (var (kind, list) in (ReadOnlySpan<(string, object?)>)[("pods", pods), ("resourceclaims", claims)])
        {
            fleet = list is null ? fleet.Saying($"You may not list {kind}, so some pods that would lose a device may not be named.") : fleet;
        }

        return Report(run, fleet, new EniUsers(pods ?? [], claims ?? []));
    }

    private static PlanReport Report(PlanRun run, Fleet fleet, EniUsers users)
    {
        var forecast = new Forecast(fleet);
        var forecasts = forecast.Follow(run.Edits).ToDictionary(item => item.Edit.Name, StringComparer.Ordinal);
        return PlanReporter.Of(
            [.. run.Items.Select(item => new NodeEniOutcome(item.Name, item.Source, item.Errors, forecasts.GetValueOrDefault(item.Name)))],
            fleet,
            forecast.Gained,
            users
        );
    }

    private static bool HasResource(EniAttachment attachment) => attachment.Spec!.Device.ResourceName is not null;

    // Null when they may not be listed.
    private static async Task<IReadOnlyList<T>?> ListAsync<T>(
        ClusterConnection connection,
        ResourceKind<T> kind,
        bool needed,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject
    {
        if (!needed)
        {
            return [];
        }

        try
        {
            return await connection.ListAsync(kind, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsForbidden)
        {
            return null;
        }
        catch (KubernetesApiException unknown) when (unknown.IsNotFound)
        {
            // A cluster without the kind has no object of it.
            return [];
        }
    }
}
