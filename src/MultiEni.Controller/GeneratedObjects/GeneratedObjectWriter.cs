using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.GeneratedObjects;

/// <summary>
/// Keeps generated objects as they should be: applies them, and deletes those of its own that are
/// not needed any more. The controller does it and not the agents: one program needs the
/// permission, and none of the nodes does.
/// </summary>
internal sealed class GeneratedObjectWriter<TDesired, TObject>(
    GeneratedKind<TDesired, TObject> kind,
    ClusterView cluster,
    ControllerInformers informers,
    KubernetesClient kubernetes,
    OperatorMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers
)
    where TObject : class, IKubernetesObject
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Everything = "all";
    private static readonly TimeSpan ChangeDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbsenceDelay = TimeSpan.FromMinutes(5);
    private readonly ILogger _logger = loggers.CreateLogger(kind.Loop);
    private IReadOnlyList<TDesired>? _written;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var queue = new WorkQueue<string>(kind.Loop, metrics, time);
        using var attachments = informers.Attachments.Subscribe(_ => queue.AddAfter(Everything, ChangeDelay));
        queue.Add(Everything);
        var options = new ReconcileLoopOptions { Workers = 1 };
        await new ReconcileLoop<string>(kind.Loop, queue, ReconcileAsync, options, time, _logger).RunAsync(cancellationToken);
    }

    private async Task<ReconcileResult> ReconcileAsync(string _, CancellationToken cancellationToken)
    {
        try
        {
            var existing = _written ?? [.. (await ExistingAsync(cancellationToken)).Select(kind.FromObject)];
            var desired = kind.Desired(cluster.Attachments, existing);
            if (_written?.SequenceEqual(desired) == true)
            {
                return ReconcileResult.Done;
            }

            await WriteAsync([.. desired.Select(kind.ToObject)], cancellationToken);
            _written = desired;
            return ReconcileResult.Done;
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            ControllerLog.NotServed(_logger, kind.Kind.Plural, error.Message);
            return ReconcileResult.After(AbsenceDelay);
        }
    }

    private async Task WriteAsync(IReadOnlyList<TObject> desired, CancellationToken cancellationToken)
    {
        Exception? rejected = null;
        foreach (var obj in desired)
        {
            obj.Metadata.Namespace = kind.Namespace;
            obj.Metadata.Labels = new(StringComparer.Ordinal) { [ManagedBy] = Names.Controller };
            try
            {
                await kubernetes.ApplyAsync(kind.Kind, obj, Names.Controller, force: false, null, cancellationToken);
            }
            catch (KubernetesApiException error) when (error.IsConflict)
            {
                ControllerLog.OwnedByOthers(_logger, kind.Kind.Kind, ObjectKey.Of(obj).ToString(), error.Message);
            }
            catch (KubernetesApiException error) when (!error.IsNotFound)
            {
                // The others are written all the same.
                rejected ??= error;
            }
        }

        foreach (var obj in await ExistingAsync(cancellationToken))
        {
            if (desired.All(other => other.Metadata.Name != obj.Metadata.Name))
            {
                await kubernetes.DeleteAsync(kind.Kind, ObjectKey.Of(obj), new DeleteOptions { Uid = obj.Metadata.Uid }, cancellationToken);
            }
        }

        if (rejected is not null)
        {
            ExceptionDispatchInfo.Throw(rejected);
        }
    }

    private async Task<List<TObject>> ExistingAsync(CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = kind.Namespace, LabelSelector = $"{ManagedBy}={Names.Controller}" };
        return (await kubernetes.ListAsync(kind.Kind, options, cancellationToken)).Items;
    }
}

/// <summary>A kind of objects that follow from what nodes offer to pods.</summary>
/// <typeparam name="TDesired">What there should be; compared by value.</typeparam>
/// <typeparam name="TObject">The object for it.</typeparam>
/// <param name="Loop">Name of the reconcile loop.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">Their namespace; null for cluster-scoped ones.</param>
/// <param name="Desired">
/// What there should be, of all attachments and of what exists already.
/// </param>
/// <param name="ToObject">The object to apply.</param>
/// <param name="FromObject">The other way round.</param>
internal sealed record GeneratedKind<TDesired, TObject>(
    string Loop,
    ResourceKind<TObject> Kind,
    string? Namespace,
    Func<IEnumerable<EniAttachment>, IReadOnlyList<TDesired>, IReadOnlyList<TDesired>> Desired,
    Func<TDesired, TObject> ToObject,
    Func<TObject, TDesired> FromObject
)
    where TObject : class, IKubernetesObject;
