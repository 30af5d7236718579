using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Deletes what hangs on deleted objects: dependents, the content of namespaces, the objects of
/// definitions. In a cluster that takes some time; here it comes after a delay, and without one it
/// is done when the answer is given.
/// </summary>
internal sealed class GarbageCollector(RemovalOperations removals, Ledger ledger, ResourceRegistry registry, TimeProvider time, TimeSpan delay)
{
    private const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>
    /// Deletes an object that names only owners that do not exist, and forgets those of several
    /// that do not.
    /// </summary>
    public void AfterStored(ResourceDefinition resource, StoredObject stored)
    {
        if (stored.OwnerUids.Count > 0 && !stored.IsBeingDeleted && !stored.OwnerUids.All(ledger.Exists))
        {
            Later(() => LoseOwners(resource, stored.Key));
        }
    }

    /// <summary>Empties a namespace or definition whose deletion was asked for.</summary>
    public void AfterMarked(ResourceDefinition resource, StoredObject marked)
    {
        if (resource.GroupResource == "namespaces")
        {
            Later(() =>
            {
                foreach (var (content, obj) in ContentOf(marked.Key.Name))
                {
                    TryRemove(content, obj.Key, RemovalOptions.Default);
                }

                FinishNamespace(marked.Key.Name);
            });
        }
        else if (resource.GroupResource == Definitions && registry.Find(marked.Key.Name) is { } custom)
        {
            // Definitions are emptied by the API server itself.
            foreach (var key in ledger.Snapshot(custom).Objects.Keys)
            {
                TryRemove(custom, key, RemovalOptions.Default);
            }

            FinishDefinition(custom);
        }
    }

    /// <summary>
    /// Draws the consequences of an object's end for its dependents, and for what waited for it.
    /// </summary>
    public void AfterGone(ResourceDefinition resource, StoredObject gone)
    {
        if (resource.GroupResource == Definitions)
        {
            registry.Remove(gone.Key.Name);
        }

        if (resource.IsCustom)
        {
            FinishDefinition(resource);
        }

        Later(() =>
        {
            foreach (var (groupResource, key) in ledger.Dependents(gone.Uid))
            {
                if (registry.Find(groupResource) is { } dependent)
                {
                    LoseOwners(dependent, key);
                }
            }

            if (resource.Namespaced)
            {
                FinishNamespace(gone.Key.Namespace);
            }
        });
    }

    private void Later(Action consequence)
    {
        if (delay == TimeSpan.Zero)
        {
            consequence();
        }
        else if (delay != Timeout.InfiniteTimeSpan)
        {
            _ = Task.Delay(delay, time).ContinueWith(_ => consequence(), TaskScheduler.Default);
        }
    }

    private void LoseOwners(ResourceDefinition resource, ObjectKey key)
    {
        while (ledger.Find(resource, key) is { OwnerUids.Count: > 0 } current)
        {
            if (!current.OwnerUids.Any(ledger.Exists))
            {
                TryRemove(resource, key, RemovalOptions.Default with { Uid = current.Uid });
                return;
            }

            if (current.OwnerUids.All(ledger.Exists) || TryForget(resource, current))
            {
                return;
            }
        }
    }

    private bool TryForget(ResourceDefinition resource, StoredObject current)
    {
        var obj = current.Thaw();
        var owners = (JsonArray)obj.Metadata()["ownerReferences"]!;
        foreach (var owner in owners.OfType<JsonObject>().Where(owner => !ledger.Exists(owner.Text("uid") ?? "")).ToList())
        {
            owners.Remove(owner);
        }

        return ledger.TryPut(resource, current, current.Key, obj) is not null;
    }

    private IEnumerable<(ResourceDefinition Resource, StoredObject Object)> ContentOf(string inNamespace) =>
        registry
            .All.Where(static content => content.Namespaced && content.StoredAs is null)
            .SelectMany(content =>
                ledger.Snapshot(content).Objects.Values.Where(obj => obj.Key.Namespace == inNamespace).Select(obj => (content, obj))
            );

    private void FinishNamespace(string name)
    {
        var namespaces = registry.Find("namespaces")!;
        if (ledger.Find(namespaces, new ObjectKey("", name)) is { IsBeingDeleted: true } found && !ContentOf(name).Any())
        {
            removals.RemoveNow(namespaces, found);
        }
    }

    private void FinishDefinition(ResourceDefinition custom)
    {
        var definitions = registry.Find(Definitions)!;
        var key = new ObjectKey("", custom.GroupResource);
        while (ledger.Find(definitions, key) is { IsBeingDeleted: true } current && ledger.Snapshot(custom).Objects.IsEmpty)
        {
            var obj = current.Thaw();
            var finalizers = obj.Metadata()["finalizers"] as JsonArray ?? [];
            finalizers.RemoveAll(static finalizer => finalizer!.GetValue<string>() == KindRules.DefinitionFinalizer);
            if (
                finalizers.Count == 0
                    ? removals.RemoveNow(definitions, current) is not null
                    : ledger.TryPut(definitions, current, key, obj) is not null
            )
            {
                return;
            }
        }
    }

    private void TryRemove(ResourceDefinition resource, ObjectKey key, RemovalOptions options)
    {
        try
        {
            removals.Remove(resource, key, options);
        }
        catch (StatusException gone) when (gone.Code is 404 or 409)
        {
            // Somebody else deleted or replaced it meanwhile.
        }
    }
}
