using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Deletes objects and what hangs on them. The garbage collector of a cluster works a moment later; here the whole consequence of a
/// deletion is there when its answer is.
/// </summary>
internal sealed class RemovalOperations
{
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    private readonly Ledger _ledger;
    private readonly ResourceRegistry _registry;
    private readonly TimeProvider _time;

    public RemovalOperations(Ledger ledger, ResourceRegistry registry, TimeProvider time)
    {
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
            var obj = current.Thaw();
            options.Admission?.Invoke(new AdmissionAttempt("DELETE", resource, "", Object: null, obj) { DryRun = options.DryRun });
            if (options.DryRun)
            {
                return new Removed(current, IsGone: true);
            }

            if (options.PropagationPolicy == "Orphan")
            {
                Orphan(current.Uid);
            }

            if (TryRemoveOnce(resource, current, obj, options) is { } removed)
            {
                return removed;
            }
        }
    }

    /// <summary>Deletes an object that names only owners that do not exist.</summary>
    public void AfterStored(ResourceDefinition resource, StoredObject stored)
    {
        if (stored.OwnerUids.Count > 0 && !stored.IsBeingDeleted && !stored.OwnerUids.Any(_ledger.Exists))
        {
            TryRemove(resource, stored.Key, RemovalOptions.Default with { Uid = stored.Uid });
        }
    }

    /// <summary>Draws the consequences of an object's end: dependents, and owners and containers that waited for it.</summary>
    public void AfterGone(ResourceDefinition resource, StoredObject gone)
    {
        if (resource.GroupResource == Definitions)
        {
            _registry.Remove(gone.Key.Name);
        }

        foreach (var (groupResource, key) in _ledger.Dependents(gone.Uid))
        {
            if (_registry.Find(groupResource) is { } dependent && _ledger.Find(dependent, key) is { } obj && !obj.OwnerUids.Any(_ledger.Exists))
            {
                TryRemove(dependent, key, RemovalOptions.Default);
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

        if (resource.IsCustom)
        {
            FinishDefinition(resource);
        }
    }

    private Removed? TryRemoveOnce(ResourceDefinition resource, StoredObject current, JsonObject obj, RemovalOptions options)
    {
        var metadata = obj.Metadata();
        var grace = KindRules.GraceSeconds(resource, obj, options.GracePeriodSeconds);
        var isForeground = options.PropagationPolicy == "Foreground" && _ledger.Dependents(current.Uid).Count > 0;
        if (isForeground && !metadata.Texts("finalizers").Contains(ForegroundFinalizer, StringComparer.Ordinal))
        {
            Finalizers(metadata).Add((JsonNode?)ForegroundFinalizer);
        }

        if (!MarkDeleted(obj, grace, isForeground))
        {
            return new Removed(current, IsGone: false);
        }

        if (resource.GroupResource == "namespaces" && obj["status"] is JsonObject status)
        {
            status["phase"] = "Terminating";
        }

        if (ObjectOperations.IsReleased(obj))
        {
            if (_ledger.TryRemove(resource, current, obj) is not { } gone)
            {
                return null;
            }

            AfterGone(resource, gone);
            return new Removed(gone, IsGone: true);
        }

        if (_ledger.TryPut(resource, current, current.Key, obj) is not { } marked)
        {
            return null;
        }

        EmptyContainer(resource, marked, isForeground);
        return new Removed(marked, IsGone: _ledger.Find(resource, current.Key) is null);
    }

    // False when the object was marked before and nothing about the mark changes.
    private bool MarkDeleted(JsonObject obj, long grace, bool addsFinalizer)
    {
        var metadata = obj.Metadata();
        if (metadata["deletionTimestamp"] is not null)
        {
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
        metadata["deletionGracePeriodSeconds"] = grace;
        return true;
    }

    private void EmptyContainer(ResourceDefinition resource, StoredObject marked, bool isForeground)
    {
        if (isForeground)
        {
            foreach (var (groupResource, key) in _ledger.Dependents(marked.Uid))
            {
                if (_registry.Find(groupResource) is { } dependent)
                {
                    TryRemove(dependent, key, new RemovalOptions { PropagationPolicy = "Foreground" });
                }
            }
        }

        if (resource.GroupResource == "namespaces")
        {
            foreach (var content in _registry.All.Where(static content => content.Namespaced).ToList())
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
            && _ledger.Dependents(ownerUid).Count == 0
        )
        {
            DropFinalizer(resource, owner.Key, ForegroundFinalizer);
        }
    }

    private void FinishNamespace(string name)
    {
        var namespaces = _registry.Find("namespaces")!;
        if (_ledger.Find(namespaces, new ObjectKey("", name)) is not { IsBeingDeleted: true } found)
        {
            return;
        }

        if (
            _registry
                .All.Where(static content => content.Namespaced)
                .Any(content => _ledger.Snapshot(content).Objects.Keys.Any(key => key.Namespace == name))
        )
        {
            return;
        }

        var last = found.Thaw();
        last.Remove("spec");
        if (_ledger.TryRemove(namespaces, found, last) is { } gone)
        {
            AfterGone(namespaces, gone);
        }
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
            else if (_ledger.TryRemove(resource, current, obj) is { } gone)
            {
                AfterGone(resource, gone);
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
            )
            {
                var obj = current.Thaw();
                var owners = (JsonArray)obj.Metadata()["ownerReferences"]!;
                foreach (var owner in owners.OfType<JsonObject>().Where(owner => owner.Text("uid") == uid).ToList())
                {
                    owners.Remove(owner);
                }

                _ledger.TryPut(resource, current, key, obj);
            }
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
            throw StatusErrors.Conflict(
                resource,
                current.Key.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}"
            );
        }

        if (options.ResourceVersion is { } version && version != current.ResourceVersion.ToString())
        {
            throw StatusErrors.Conflict(
                resource,
                current.Key.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.ResourceVersion}"
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
