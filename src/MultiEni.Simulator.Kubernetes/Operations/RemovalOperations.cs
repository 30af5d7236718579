using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Deletes objects: checks, marks what finalizers or a grace period hold, and removes the rest.
/// What hangs on them is the collector's.
/// </summary>
internal sealed class RemovalOperations
{
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;

    public RemovalOperations(Ledger ledger, ResourceRegistry registry, TimeProvider time, TimeSpan delay)
    {
        _ledger = ledger;
        _time = time;
        Collector = new GarbageCollector(this, ledger, registry, time, delay);
    }

    /// <summary>Draws the consequences of deletions.</summary>
    public GarbageCollector Collector { get; }

    public Removed Remove(ResourceDefinition resource, ObjectKey key, RemovalOptions options)
    {
        while (true)
        {
            var current = _ledger.Find(resource, key) ?? throw StatusErrors.NotFound(resource, key.Name);
            CheckPreconditions(resource, current, options);
            if (resource.GroupResource == "namespaces" && key.Name is "default" or "kube-system" or "kube-public")
            {
                throw StatusErrors.Forbidden(resource, key.Name, "this namespace may not be deleted");
            }

            var obj = current.Thaw();
            var warnings = new List<string>();
            options.Admission?.Invoke(
                new AdmissionAttempt("DELETE", resource, "", Object: null, obj) { DryRun = options.DryRun, Warnings = warnings }
            );
            if (TryRemove(resource, current, obj, options) is { } removed)
            {
                return removed with { Warnings = warnings };
            }
        }
    }

    /// <summary>Takes an object out of the store; null when it has changed meanwhile.</summary>
    public Removed? RemoveNow(ResourceDefinition resource, StoredObject current)
    {
        if (_ledger.TryRemove(resource, current) is not { } gone)
        {
            return null;
        }

        Collector.AfterGone(resource, gone);
        return new Removed(gone, IsGone: true);
    }

    private Removed? TryRemove(ResourceDefinition resource, StoredObject current, JsonObject obj, RemovalOptions options)
    {
        if (!MarkDeleted(resource, obj, KindRules.GraceSeconds(resource, obj, options.GracePeriodSeconds)))
        {
            return new Removed(current, IsGone: false);
        }

        if (resource.GroupResource == "namespaces" && obj["status"] is JsonObject status)
        {
            status["phase"] = "Terminating";
        }

        var isReleased = ObjectOperations.IsReleased(obj);
        if (options.DryRun)
        {
            return new Removed(StoredObject.Freeze(resource, obj, current.ResourceVersion), isReleased);
        }

        if (isReleased && resource.GroupResource != "pods")
        {
            return RemoveNow(resource, current);
        }

        if (_ledger.TryPut(resource, current, current.Key, obj) is not { } marked)
        {
            return null;
        }

        if (isReleased)
        {
            // A pod is told of its end before it goes.
            return RemoveNow(resource, marked);
        }

        Collector.AfterMarked(resource, marked);
        return new Removed(marked, IsGone: false);
    }

    // False when the object was marked before and nothing about the mark changes.
    private bool MarkDeleted(ResourceDefinition resource, JsonObject obj, long grace)
    {
        var metadata = obj.Metadata();
        var isNamespace = resource.GroupResource == "namespaces";
        if (metadata["deletionTimestamp"] is not null)
        {
            if (isNamespace || metadata.Integer("deletionGracePeriodSeconds") is not { } before || before <= grace)
            {
                return false;
            }
        }
        else if (metadata.Integer("generation") is { } generation)
        {
            metadata["generation"] = generation + 1;
        }

        metadata["deletionTimestamp"] = ApiTime.Seconds(_time.GetUtcNow().AddSeconds(grace));
        if (!isNamespace)
        {
            metadata["deletionGracePeriodSeconds"] = grace;
        }

        return true;
    }

    private static void CheckPreconditions(ResourceDefinition resource, StoredObject current, RemovalOptions options)
    {
        if (options.Uid is { } uid && uid != current.Uid)
        {
            throw StatusErrors.FailedPrecondition(
                resource,
                current.Key.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({current.Uid}). The object might have been deleted and then recreated"
            );
        }

        if (options.ResourceVersion is { } version && version != current.ResourceVersion.ToString())
        {
            throw StatusErrors.FailedPrecondition(
                resource,
                current.Key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.ResourceVersion}). The object might have been modified"
            );
        }
    }
}
