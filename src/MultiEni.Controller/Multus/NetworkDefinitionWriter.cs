using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Multus;

/// <summary>
/// Keeps a NetworkAttachmentDefinition for each resource in one namespace, on request. The
/// controller does it and not the agents: one program needs the permission, in one namespace, and
/// none of the nodes does.
/// </summary>
internal sealed class NetworkDefinitionWriter(
    ClusterView cluster,
    ControllerInformers informers,
    KubernetesClient kubernetes,
    string namespaceName,
    OperatorMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers
)
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string ResourceAnnotation = "k8s.v1.cni.cncf.io/resourceName";
    private const string Everything = "all";
    private static readonly TimeSpan ChangeDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbsenceDelay = TimeSpan.FromMinutes(5);
    private readonly ILogger _logger = loggers.CreateLogger<NetworkDefinitionWriter>();
    private IReadOnlyList<NetworkDefinition>? _written;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var queue = new WorkQueue<string>("networks", metrics, time);
        using var attachments = informers.Attachments.Subscribe(_ => queue.AddAfter(Everything, ChangeDelay));
        queue.Add(Everything);
        var options = new ReconcileLoopOptions { Workers = 1 };
        await new ReconcileLoop<string>("networks", queue, ReconcileAsync, options, time, loggers.CreateLogger<ReconcileLoop<string>>()).RunAsync(
            cancellationToken
        );
    }

    private async Task<ReconcileResult> ReconcileAsync(string _, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDefinition> wanted;
        try
        {
            var held = _written ?? [.. (await PresentAsync(cancellationToken)).Select(Held)];
            wanted = NetworkDefinitions.Of(cluster.Attachments, held);
            if (_written?.SequenceEqual(wanted) == true)
            {
                return ReconcileResult.Done;
            }

            await WriteAsync(wanted, cancellationToken);
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            ControllerLog.NoMultus(_logger, namespaceName, error.Message);
            return ReconcileResult.After(AbsenceDelay);
        }

        _written = wanted;
        return ReconcileResult.Done;
    }

    private async Task WriteAsync(IReadOnlyList<NetworkDefinition> wanted, CancellationToken cancellationToken)
    {
        Exception? refused = null;
        foreach (var network in wanted)
        {
            try
            {
                await kubernetes.ApplyAsync(
                    NetworkAttachmentDefinition.ResourceKind,
                    Definition(network),
                    Names.Controller,
                    force: false,
                    null,
                    cancellationToken
                );
            }
            catch (KubernetesApiException error) when (error.IsConflict)
            {
                // Somebody made one of this name and other content: it is his.
                ControllerLog.NetworkOfOthers(_logger, namespaceName, network.Name, error.Message);
            }
            catch (KubernetesApiException error) when (!error.IsNotFound)
            {
                // The others are written all the same.
                refused ??= error;
            }
        }

        var present = await PresentAsync(cancellationToken);
        foreach (var definition in present.Where(definition => wanted.All(network => network.Name != definition.Metadata.Name)))
        {
            await kubernetes.DeleteAsync(
                NetworkAttachmentDefinition.ResourceKind,
                ObjectKey.Of(definition),
                new DeleteOptions { Uid = definition.Metadata.Uid },
                cancellationToken
            );
        }

        if (refused is not null)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    private async Task<List<NetworkAttachmentDefinition>> PresentAsync(CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = namespaceName, LabelSelector = $"{ManagedBy}={Names.Controller}" };
        return (await kubernetes.ListAsync(NetworkAttachmentDefinition.ResourceKind, options, cancellationToken)).Items;
    }

    private static NetworkDefinition Held(NetworkAttachmentDefinition definition) =>
        new(definition.Metadata.Name, definition.Metadata.Annotations?.GetValueOrDefault(ResourceAnnotation) ?? "");

    private NetworkAttachmentDefinition Definition(NetworkDefinition network) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = network.Name,
                Namespace = namespaceName,
                Labels = new(StringComparer.Ordinal) { [ManagedBy] = Names.Controller },
                Annotations = new(StringComparer.Ordinal) { [ResourceAnnotation] = network.Resource },
            },
            Spec = new NetworkAttachmentDefinitionSpec { Config = network.Config },
        };
}
