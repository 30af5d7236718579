using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Deletes objects and what hangs on them. The garbage collector of a cluster works some time later; here the consequences of a deletion come after
/// a delay, and without one they are there when its answer is.
/// </summary>
internal sealed class RemovalOperations
{
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const string OrphanFinalizer = "orphan";
    private const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    private readonly Ledger _ledger;
    private readonly ResourceRegistry _registry;
    private readonly TimeProvider _time;
    private readonly TimeSpan _delay;

    public RemovalOperations(Ledger ledger, ResourceRegistry registry, TimeProvider time, TimeSpan delay)
    {
        _delay = delay;
        _ledger = ledger;
        _registry = registry;
        _time = time;
    }

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
            if (TryRemoveOnce(resource, current, obj, options) is { } removed)
            {
                return removed with { Warnings = warnings };
            }
        }
    }

    /// <summary>Deletes an object that names only owners that do not exist, and forgets those of several that do not.</summary>
    public void AfterStored(ResourceDefinition resource, StoredObject stored)
    {
        if (stored.OwnerUids.Count > 0 && !stored.IsBeingDeleted && !stored.OwnerUids.All(_ledger.Exists))
        {
            Later(() => LoseOwners(resource, stored.Key));
        }
    }

    /// <summary>Draws the consequences of an object's end: dependents, and owners and containers that waited for it.</summary>
    public void AfterGone(ResourceDefinition resource, StoredObject gone)
    {
        if (resource.GroupResource == Definitions)
        {
            _registry.Remove(gone.Key.Name);
        }

        if (resource.IsCustom)
        {
            FinishDefinition(resource);
        }

        Later(() =>
        {
            foreach (var (groupResource, key) in _ledger.Dependents(gone.Uid))
            {
                if (_registry.Find(groupResource) is { } dependent)
                {
                    LoseOwners(dependent, key);
                }
            }

            foreach (var owner in gone.OwnerUids)
            {
                FinishForeground(owner);
            }

            if (resource.Namespaced)
            {
                FinishNamespace(gone.Key.Namespace);
            }
        });
    }

    // What in a cluster the garbage collector and the namespace controller do.
    private void Later(Action consequence)
    {
        if (_delay == TimeSpan.Zero)
        {
            consequence();
        }
        else if (_delay != Timeout.InfiniteTimeSpan)
        {
            _ = Task.Delay(_delay, _time).ContinueWith(_ => consequence(), TaskScheduler.Default);
        }
    }

    private void LoseOwners(ResourceDefinition resource, ObjectKey key)
    {
        while (_ledger.Find(resource, key) is { OwnerUids.Count: > 0 } current)
        {
            if (!current.OwnerUids.Any(_ledger.Exists))
            {
                TryRemove(resource, key, RemovalOptions.Default with { Uid = current.Uid });
                return;
            }

            if (current.OwnerUids.All(_ledger.Exists) || TryForget(resource, current, owner => !_ledger.Exists(owner)))
            {
                return;
            }
        }
    }

    /// <summary>Replaces the finalizers in the specification of a namespace.</summary>
    public StoredObject Finalize(ResourceDefinition namespaces, ObjectKey key, IReadOnlyList<string> finalizers)
    {
        while (true)
        {
            var current = _ledger.Find(namespaces, key) ?? throw StatusErrors.NotFound(namespaces, key.Name);
            var obj = current.Thaw();
            obj["spec"] =
                finalizers.Count == 0
                    ? []
                    : new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(static finalizer => (JsonNode)finalizer)]) };
            if (ObjectOperations.IsReleased(obj))
            {
                if (RemoveNow(namespaces, current) is not null)
                {
                    return StoredObject.Freeze(namespaces, obj, current.ResourceVersion);
                }
            }
            else if (_ledger.TryPut(namespaces, current, key, obj) is { } stored)
            {
                return stored;
            }
        }
    }

    private bool TryForget(ResourceDefinition resource, StoredObject current, Predicate<string> which)
    {
        var obj = current.Thaw();
        var metadata = obj.Metadata();
        var owners = (JsonArray)metadata["ownerReferences"]!;
        foreach (var owner in owners.OfType<JsonObject>().Where(owner => which(owner.Text("uid") ?? "")).ToList())
        {
            owners.Remove(owner);
        }

        if (owners.Count == 0)
        {
            metadata.Remove("ownerReferences");
        }

        return _ledger.TryPut(resource, current, current.Key, obj) is not null;
    }

    private Removed? TryRemoveOnce(ResourceDefinition resource, StoredObject current, JsonObject obj, RemovalOptions options)
    {
        var metadata = obj.Metadata();
        var grace = KindRules.GraceSeconds(resource, obj, options.GracePeriodSeconds);
        var finalizer = options.PropagationPolicy switch
        {
            "Foreground" => ForegroundFinalizer,
            "Orphan" => OrphanFinalizer,
            _ => null,
        };
        var addsFinalizer = finalizer is not null && !metadata.Texts("finalizers").Contains(finalizer, StringComparer.Ordinal);
        if (addsFinalizer)
        {
            Finalizers(metadata).Add((JsonNode?)finalizer);
        }

        if (!MarkDeleted(resource, obj, grace, addsFinalizer))
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

        // Definitions are emptied by the API server itself.
        if (resource.GroupResource == Definitions)
        {
            EmptyContainer(resource, marked, options.PropagationPolicy);
        }
        else
        {
            Later(() => EmptyContainer(resource, marked, options.PropagationPolicy));
        }

        return new Removed(marked, IsGone: false);
    }

    private Removed? RemoveNow(ResourceDefinition resource, StoredObject current)
    {
        if (_ledger.TryRemove(resource, current) is not { } gone)
        {
            return null;
        }

        AfterGone(resource, gone);
        return new Removed(gone, IsGone: true);
    }

    // False when the object was marked before and nothing about the mark changes.
    private bool MarkDeleted(ResourceDefinition resource, JsonObject obj, long grace, bool addsFinalizer)
    {
        var metadata = obj.Metadata();
        if (metadata["deletionTimestamp"] is not null)
        {
            if (resource.GroupResource == "namespaces")
            {
                return addsFinalizer;
            }

            if (metadata.Integer("deletionGracePeriodSeconds") is not { } before || before <= grace)
            {
                return addsFinalizer && grace == 0;
            }
        }
        else if (metadata.Integer("generation") is { } generation)
        {
            metadata["generation"] = generation + 1;
        }

        metadata["deletionTimestamp"] = ApiTime.Seconds(_time.GetUtcNow().AddSeconds(grace));
        if (resource.GroupResource != "namespaces")
        {
            metadata["deletionGracePeriodSeconds"] = grace;
        }

        return true;
    }

    private void EmptyContainer(ResourceDefinition resource, StoredObject marked, string policy)
    {
        if (policy == "Foreground")
        {
            foreach (var (groupResource, key) in _ledger.Dependents(marked.Uid))
            {
                if (_registry.Find(groupResource) is { } dependent)
                {
                    TryRemove(dependent, key, RemovalOptions.Default);
                }
            }

            FinishForeground(marked.Uid);
        }
        else if (policy == "Orphan")
        {
            Orphan(marked.Uid);
            DropFinalizer(resource, marked.Key, OrphanFinalizer);
        }

        if (resource.GroupResource == "namespaces")
        {
            foreach (var content in _registry.All.Where(static content => content.Namespaced && content.StoredAs is null).ToList())
            {
                foreach (var key in _ledger.Snapshot(content).Objects.Keys.Where(key => key.Namespace == marked.Key.Name))
                {
                    TryRemove(content, key, RemovalOptions.Default);
                }
            }

            FinishNamespace(marked.Key.Name);
        }
        else if (resource.GroupResource == Definitions && _registry.Find(marked.Key.Name) is { } custom)
        {
            foreach (var key in _ledger.Snapshot(custom).Objects.Keys)
            {
                TryRemove(custom, key, RemovalOptions.Default);
            }

            FinishDefinition(custom);
        }
    }

    private void FinishForeground(string ownerUid)
    {
        if (
            _ledger.FindByUid(ownerUid) is { } owner
            && _registry.Find(owner.GroupResource) is { } resource
            && !_ledger.Dependents(ownerUid).Any(dependent => Blocks(dependent, ownerUid))
        )
        {
            DropFinalizer(resource, owner.Key, ForegroundFinalizer);
        }
    }

    private bool Blocks((string GroupResource, ObjectKey Key) dependent, string ownerUid) =>
        _registry.Find(dependent.GroupResource) is { } resource
        && (_ledger.Find(resource, dependent.Key)?.Thaw().Metadata()["ownerReferences"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Any(owner => owner.Text("uid") == ownerUid && owner.Flag("blockOwnerDeletion"));

    private void FinishNamespace(string name)
    {
        var namespaces = _registry.Find("namespaces")!;
        if (_ledger.Find(namespaces, new ObjectKey("", name)) is not { IsBeingDeleted: true } found)
        {
            return;
        }

        var remaining = _registry
            .All.Where(static content => content.Namespaced && content.StoredAs is null)
            .SelectMany(content => _ledger.Snapshot(content).Objects.Values.Where(obj => obj.Key.Namespace == name).Select(obj => (content, obj)))
            .ToList();
        if (remaining.Count > 0)
        {
            var held = found.Thaw();
            var status = (JsonObject)held["status"]!;
            var conditions = NamespaceConditions.Of(remaining, ApiTime.Seconds(_time.GetUtcNow()), status["conditions"] as JsonArray);
            if (!JsonNode.DeepEquals(conditions, status["conditions"]))
            {
                status["conditions"] = conditions;
                _ledger.TryPut(namespaces, found, found.Key, held);
            }

            return;
        }

        RemoveNow(namespaces, found);
    }

    private void FinishDefinition(ResourceDefinition custom)
    {
        var definitions = _registry.Find(Definitions)!;
        var key = new ObjectKey("", custom.GroupResource);
        if (_ledger.Find(definitions, key) is { IsBeingDeleted: true } && _ledger.Snapshot(custom).Objects.IsEmpty)
        {
            DropFinalizer(definitions, key, KindRules.DefinitionFinalizer);
        }
    }

    private void DropFinalizer(ResourceDefinition resource, ObjectKey key, string finalizer)
    {
        while (_ledger.Find(resource, key) is { IsBeingDeleted: true } current)
        {
            var obj = current.Thaw();
            var finalizers = Finalizers(obj.Metadata());
            var index = obj.Metadata().Texts("finalizers").ToList().IndexOf(finalizer);
            if (index < 0)
            {
                return;
            }

            finalizers.RemoveAt(index);
            if (!ObjectOperations.IsReleased(obj))
            {
                if (_ledger.TryPut(resource, current, key, obj) is not null)
                {
                    return;
                }
            }
            else if (RemoveNow(resource, current) is not null)
            {
                return;
            }
        }
    }

    private void Orphan(string uid)
    {
        foreach (var (groupResource, key) in _ledger.Dependents(uid))
        {
            while (
                _registry.Find(groupResource) is { } resource
                && _ledger.Find(resource, key) is { } current
                && current.OwnerUids.Contains(uid, StringComparer.Ordinal)
                && !TryForget(resource, current, owner => owner == uid)
            ) { }
        }
    }

    private void TryRemove(ResourceDefinition resource, ObjectKey key, RemovalOptions options)
    {
        try
        {
            Remove(resource, key, options);
        }
        catch (StatusException gone) when (gone.Code is 404 or 409)
        {
            // Somebody else deleted or replaced it meanwhile.
        }
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

    private static JsonArray Finalizers(JsonObject metadata)
    {
        if (metadata["finalizers"] is JsonArray finalizers)
        {
            return finalizers;
        }

        finalizers = [];
        metadata["finalizers"] = finalizers;
        return finalizers;
    }
}
