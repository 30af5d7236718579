using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
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
    GeneratedObjectProblems problems,
    OperatorMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers
)
    where TObject : class, IKubernetesObject
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Everything = "all";
    private static readonly TimeSpan ChangeDelay = TimeSpan.FromSeconds(1);

    // No watch tells when somebody deletes or edits an object, installs the kind or takes it away.
    private static readonly TimeSpan Recheck = TimeSpan.FromMinutes(5);
    private readonly ILogger _logger = loggers.CreateLogger(kind.Loop);
    private IReadOnlyList<TDesired>? _written;
    private long _read;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var queue = new WorkQueue<string>(kind.Loop, metrics, time);
        using var attachments = informers.Attachments.Subscribe(_ => queue.AddAfter(Everything, ChangeDelay));
        using var nodeEnis = informers.NodeEnis.Subscribe(_ => queue.AddAfter(Everything, ChangeDelay));
        queue.Add(Everything);
        var options = new ReconcileLoopOptions { Workers = 1 };
        await new ReconcileLoop<string>(kind.Loop, queue, ReconcileAsync, options, time, _logger).RunAsync(cancellationToken);
    }

    private async Task<ReconcileResult> ReconcileAsync(string _, CancellationToken cancellationToken)
    {
        try
        {
            var isLook = _written is null || IsRecheckDue;
            var held = isLook ? [.. (await LookAsync(cancellationToken)).Select(kind.FromObject)] : _written!;
            if (isLook)
            {
                (_written, _read) = (held, time.GetTimestamp());
            }

            var desired = kind.Desired(cluster.NodeEnis, cluster.Attachments, held);
            if (_written is not { } written || !Same(written, desired))
            {
                await WriteAsync(desired, cancellationToken);
                _written = desired;
            }
            else if (isLook)
            {
                problems.Replace(kind.Kind.Plural, []);
            }

            return ReconcileResult.After(Recheck);
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            Report(error);
            ControllerLog.NotServed(_logger, kind.Kind.Plural, error.Message);
            return ReconcileResult.After(Recheck);
        }
    }

    private bool IsRecheckDue => time.GetElapsedTime(_read) >= Recheck;

    private static bool Same(IReadOnlyList<TDesired> left, IReadOnlyList<TDesired> right) =>
        left.Count == right.Count && left.ToHashSet().SetEquals(right);

    private void Report(KubernetesApiException error)
    {
        var message = $"{error.Message}; {kind.Remedy}";
        problems.Replace(
            kind.Kind.Plural,
            [.. cluster.NodeEnis.Where(kind.IsFor).Select(nodeEni => new GeneratedObjectProblem(nodeEni.Metadata.Name, message))]
        );
    }

    private async Task<List<TObject>> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ExistingAsync(cancellationToken);
        }
        catch (KubernetesApiException error)
        {
            // It is no write, which would be reported where all refused ones are.
            Report(error);
            throw;
        }
    }

    private async Task WriteAsync(IReadOnlyList<TDesired> desired, CancellationToken cancellationToken)
    {
        Exception? rejected = null;
        var objects = new List<TObject>();
        var found = new List<GeneratedObjectProblem>();
        foreach (var item in desired)
        {
            var obj = kind.ToObject(item);
            obj.Metadata.Namespace = kind.Namespace;
            obj.Metadata.Labels = new(StringComparer.Ordinal) { [ManagedBy] = Names.Controller };
            objects.Add(obj);
            try
            {
                await ApplyAsync(obj, cancellationToken);
            }
            catch (KubernetesApiException error) when (error.IsConflict)
            {
                ControllerLog.OwnedByOthers(_logger, kind.Kind.Kind, ObjectKey.Of(obj).ToString(), error.Message);
                found.Add(new(kind.NodeEniOf(item), $"{error.Message}: somebody else writes it; {kind.ConflictRemedy}"));
            }
            catch (KubernetesApiException error)
            {
                // The others are written all the same.
                rejected ??= error;
            }
        }

        problems.Replace(kind.Kind.Plural, found);
        foreach (var obj in await ExistingAsync(cancellationToken))
        {
            if (objects.TrueForAll(other => other.Metadata.Name != obj.Metadata.Name))
            {
                await kubernetes.DeleteAsync(kind.Kind, ObjectKey.Of(obj), new DeleteOptions { Uid = obj.Metadata.Uid }, cancellationToken);
            }
        }

        if (rejected is not null)
        {
            ExceptionDispatchInfo.Throw(rejected);
        }
    }

    private async Task ApplyAsync(TObject obj, CancellationToken cancellationToken)
    {
        var answer = await kubernetes.ApplyAsync(kind.Kind, obj, Names.Controller, force: false, null, cancellationToken);
        if (kind.StatusPatch?.Invoke(obj, answer) is { } status)
        {
            await kubernetes.ApplyAsync(kind.Kind, status, Names.Controller, force: false, "status", cancellationToken);
        }
    }

    private async Task<List<TObject>> ExistingAsync(CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = kind.Namespace, LabelSelector = $"{ManagedBy}={Names.Controller}" };
        return (await kubernetes.ListAsync(kind.Kind, options, cancellationToken)).Items;
    }
}

/// <summary>A kind of objects that follow from NodeENIs and from what nodes offer to pods.</summary>
/// <typeparam name="TDesired">What there should be; compared by value.</typeparam>
/// <typeparam name="TObject">The object for it.</typeparam>
/// <param name="Loop">Name of the reconcile loop.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">Their namespace; null for cluster-scoped ones.</param>
/// <param name="Desired">
/// What there should be, of all NodeENIs and attachments and of what exists already.
/// </param>
/// <param name="ToObject">The object to apply.</param>
/// <param name="FromObject">
/// The other way round: it tells everything that <paramref name="ToObject" /> writes, so that an
/// object that somebody changed differs.
/// </param>
/// <param name="IsFor">Whether a NodeENI has objects of the kind.</param>
/// <param name="Remedy">What helps when they cannot be read.</param>
/// <param name="NodeEniOf">Name of the NodeENI that an object is for.</param>
/// <param name="ConflictRemedy">
/// What it means that somebody else writes an object, and what helps.
/// </param>
/// <param name="StatusPatch">
/// Of an object that was applied and the answer: what is still to be applied to the status. Null for
/// a kind without a status.
/// </param>
internal sealed record GeneratedKind<TDesired, TObject>(
    string Loop,
    ResourceKind<TObject> Kind,
    string? Namespace,
    Func<IEnumerable<NodeEni>, IEnumerable<EniAttachment>, IReadOnlyList<TDesired>, IReadOnlyList<TDesired>> Desired,
    Func<TDesired, TObject> ToObject,
    Func<TObject, TDesired> FromObject,
    Func<NodeEni, bool> IsFor,
    string Remedy,
    Func<TDesired, string> NodeEniOf,
    string ConflictRemedy,
    Func<TObject, TObject, TObject?>? StatusPatch = null
)
    where TObject : class, IKubernetesObject;
