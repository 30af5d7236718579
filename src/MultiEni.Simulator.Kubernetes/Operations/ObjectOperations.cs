using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Apply;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>Creates and changes objects by the rules of the API. Over HTTP and in process alike, every write goes through here.</summary>
internal sealed class ObjectOperations
{
    private readonly Ledger _ledger;
    private readonly ResourceRegistry _registry;
    private readonly TimeProvider _time;
    private readonly Action<ResourceDefinition, StoredObject> _stored;

    /// <summary>Operations on one ledger.</summary>
    /// <param name="ledger">Where objects are kept.</param>
    /// <param name="registry">What is served.</param>
    /// <param name="time">The clock of timestamps.</param>
    /// <param name="stored">Told of each object stored, before the answer is given.</param>
    public ObjectOperations(Ledger ledger, ResourceRegistry registry, TimeProvider time, Action<ResourceDefinition, StoredObject> stored)
    {
        _ledger = ledger;
        _registry = registry;
        _time = time;
        _stored = stored;
    }

    /// <summary>Whether a new node starts tainted as not ready.</summary>
    public bool TaintsNewNodes { get; init; } = true;

    public Written Create(ResourceDefinition resource, string inNamespace, JsonObject body, WriteOptions options, bool? taintNode = null)
    {
        var warnings = new List<string>();
        try
        {
            return Create(resource, inNamespace, body, options, taintNode, warnings);
        }
        catch (StatusException refused)
        {
            // What was noticed before the refusal is told with it.
            refused.Warnings = warnings;
            throw;
        }
    }

    private Written Create(
        ResourceDefinition resource,
        string inNamespace,
        JsonObject body,
        WriteOptions options,
        bool? taintNode,
        List<string> warnings
    )
    {
        var obj = body.Copy();
        ObjectChecks.CheckType(resource, obj);
        obj = ObjectChecks.Shape(resource, obj, old: null, options, warnings);
        var name = PrepareNew(resource, inNamespace, obj, options.DryRun);
        CheckOwners(obj.Metadata(), warnings);
        DropStatus(resource, obj);
        if (options.FieldManager is not null && obj.Metadata()["managedFields"] is null)
        {
            var tracked = obj.Copy();
            tracked.Remove("status");
            Record(ServerSideApply.Nothing(resource), tracked, new ManagedFields(), resource, options);
            Take(obj.Metadata(), tracked.Metadata(), "managedFields");
        }

        options = options with { ApiGroup = resource.Group };
        obj = EventForms.ToStored(resource, obj);
        resource = resource.StoredAs ?? resource;

        CheckNamespace(resource, inNamespace, name);
        KindRules.CompleteNew(resource, obj, taintNode ?? TaintsNewNodes, Now());
        ObjectChecks.Validate(resource, obj, null, options, warnings);
        options.Admission?.Invoke(
            new AdmissionAttempt("CREATE", resource, options.Subresource, obj, OldObject: null) { DryRun = options.DryRun, Warnings = warnings }
        );
        return new Written(StoreNew(resource, obj, options), IsNew: true, warnings);
    }

    /// <summary>Replaces an object by what <paramref name="change"/> makes of it; the change is made again when another writer was faster.</summary>
    public Written Update(
        ResourceDefinition resource,
        ObjectKey key,
        Func<JsonObject, JsonObject> change,
        WriteOptions options,
        bool ownsFieldsAlready = false
    )
    {
        CheckSubresource(resource, options);
        while (true)
        {
            var stored = resource.StoredAs ?? resource;
            if (_ledger.Find(stored, key) is not { } current)
            {
                if (options.IsReplacement && resource.IsCreatedByUpdates && options.Subresource.Length == 0)
                {
                    var made = change([]);
                    CheckName(key, made.Metadata());
                    return Create(resource, key.Namespace, made, options);
                }

                throw StatusErrors.NotFound(resource, key.Name);
            }

            var live = EventForms.FromStored(resource, current.Thaw());
            var warnings = new List<string>();
            var obj = change(live.Copy());
            ObjectChecks.CheckType(resource, obj);
            obj = ObjectChecks.Shape(resource, obj, live, options, warnings);
            PrepareChanged(resource, key, live, obj, options);
            CheckOwners(obj.Metadata(), warnings);
            if (!ownsFieldsAlready)
            {
                RecordUpdate(resource, live, obj, options);
            }

            live = EventForms.ToStored(resource, live);
            obj = EventForms.ToStored(resource, obj);
            ObjectChecks.Validate(stored, obj, live, options with { ApiGroup = resource.Group }, warnings);
            options.Admission?.Invoke(
                new AdmissionAttempt("UPDATE", resource, options.Subresource, obj, live) { DryRun = options.DryRun, Warnings = warnings }
            );
            if (JsonNode.DeepEquals(live, obj))
            {
                return new Written(current, IsNew: false, warnings);
            }

            CountGeneration(stored, live, obj);
            if (options.DryRun)
            {
                return new Written(StoredObject.Freeze(stored, obj, current.ResourceVersion), IsNew: false, warnings);
            }

            if (IsReleased(obj))
            {
                // The answer tells the object as it was, before the version of its removal.
                var answer = StoredObject.Freeze(stored, obj.Copy(), current.ResourceVersion);
                if (_ledger.TryRemove(stored, current) is { } removed)
                {
                    Gone?.Invoke(stored, removed);
                    return new Written(answer, IsNew: false, warnings);
                }
            }
            else if (_ledger.TryPut(stored, current, key, obj) is { } put)
            {
                _stored(stored, put);
                return new Written(put, IsNew: false, warnings);
            }
        }
    }

    /// <summary>Server-side apply: creates the object or merges into it.</summary>
    public Written Apply(ResourceDefinition resource, ObjectKey key, JsonObject configuration, WriteOptions options)
    {
        CheckSubresource(resource, options);
        var manager = new Manager(
            options.FieldManager
                ?? throw StatusErrors.InvalidOptions(
                    "Patch",
                    "fieldManager",
                    FieldErrorReasons.Required,
                    "Required value: is required for apply patch"
                ),
            IsApply: true,
            resource.ApiVersion,
            options.Subresource
        );
        while (true)
        {
            var exists = _ledger.Find(resource.StoredAs ?? resource, key) is not null;
            if (!exists && options.Subresource.Length > 0)
            {
                throw StatusErrors.NotFound(resource, key.Name);
            }

            var wanted = ApplyConfiguration.Prepare(resource, key, configuration, options, exists);
            if (exists)
            {
                try
                {
                    return Update(
                        resource,
                        key,
                        live => ServerSideApply.Apply(live, wanted, manager, options.Force, resource, Now()),
                        options,
                        ownsFieldsAlready: true
                    );
                }
                catch (StatusException gone) when (gone.Code == 404)
                {
                    continue;
                }
            }

            var owned = ServerSideApply.Apply([], wanted, manager, force: true, resource, Now());
            try
            {
                return Create(resource, key.Namespace, owned, options);
            }
            catch (StatusException faster) when (faster.Reason == "AlreadyExists" && _ledger.Find(resource, key) is not null) { }
        }
    }

    /// <summary>Told of each object removed by an update that took its last finalizer.</summary>
    public Action<ResourceDefinition, StoredObject>? Gone { get; set; }

    /// <summary>Whether nothing holds an object whose deletion was asked for.</summary>
    public static bool IsReleased(JsonObject obj)
    {
        var metadata = obj.Metadata();
        return metadata["deletionTimestamp"] is not null
            && metadata["finalizers"] is not JsonArray { Count: > 0 }
            && metadata.Integer("deletionGracePeriodSeconds") is null or 0
            && (obj["spec"] as JsonObject)?["finalizers"] is not JsonArray { Count: > 0 };
    }

    public string Now() => ApiTime.Seconds(_time.GetUtcNow());

    private string PrepareNew(ResourceDefinition resource, string inNamespace, JsonObject obj, bool isDryRun)
    {
        var metadata = obj.Metadata();
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0 && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            name = prefix + Random.Shared.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
            metadata["name"] = name;
        }

        CheckNamespaceMatches(resource, inNamespace, metadata);
        if (metadata.Text("resourceVersion") is { Length: > 0 } && !isDryRun)
        {
            throw new StatusException(500, "", "resourceVersion should not be set on objects to be created");
        }

        if (metadata["managedFields"] is JsonArray { Count: 0 })
        {
            metadata.Remove("managedFields");
        }

        foreach (var serverOwned in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"])
        {
            metadata.Remove(serverOwned);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Now();
        metadata.Remove("generation");
        if (resource.CountsGenerations)
        {
            metadata["generation"] = 1;
        }

        return name;
    }

    private StoredObject StoreNew(ResourceDefinition resource, JsonObject obj, WriteOptions options)
    {
        var metadata = obj.Metadata();
        var key = new ObjectKey(resource.Namespaced ? metadata.Text("namespace") ?? "" : "", metadata.Text("name") ?? "");
        if (options.DryRun)
        {
            return _ledger.Find(resource, key) is { } existing
                ? throw StatusErrors.AlreadyExists(resource, existing)
                : StoredObject.Freeze(resource, obj, 0);
        }

        var stored =
            _ledger.TryPut(resource, null, key, obj)
            ?? throw (
                _ledger.Find(resource, key) is { } present
                    ? StatusErrors.AlreadyExists(resource, present)
                    : StatusErrors.AlreadyExists(resource, key.Name)
            );
        _stored(resource, stored);
        return stored;
    }

    private static void PrepareChanged(ResourceDefinition resource, ObjectKey key, JsonObject live, JsonObject obj, WriteOptions options)
    {
        var metadata = obj.Metadata();
        var old = live.Metadata();
        CheckName(key, metadata);
        CheckNamespaceMatches(resource, key.Namespace, metadata);
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != old.Text("uid"))
        {
            if (options.IsReplacement)
            {
                throw StatusErrors.Conflict(
                    resource,
                    key.Name,
                    $"StorageError: invalid object, Code: 4, Key: {StorageKey(resource, key)}, ResourceVersion: 0, "
                        + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Text("uid")}"
                );
            }
        }
        else
        {
            Take(metadata, old, "uid");
        }

        var version = metadata.Text("resourceVersion") ?? "";
        if (version.Length > 0 && !ulong.TryParse(version, out _))
        {
            throw new StatusException(500, "", $"strconv.ParseUint: parsing {GoText.Quote(version)}: invalid syntax");
        }

        if (version is "" or "0")
        {
            if (options.IsReplacement && resource.NeedsVersionToReplace)
            {
                throw StatusErrors.Invalid(
                    resource.Plural,
                    resource.Group,
                    key.Name,
                    [new FieldError("metadata.resourceVersion", FieldErrorReasons.Invalid, "Invalid value: 0: must be specified for an update")]
                );
            }
        }
        else if (version != old.Text("resourceVersion"))
        {
            throw StatusErrors.StaleVersion(resource, key.Name);
        }

        foreach (
            var field in (ReadOnlySpan<string>)
                ["resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"]
        )
        {
            Take(metadata, old, field);
        }

        if (options.Subresource == "status")
        {
            KeepAllButStatus(resource, live, obj);
        }
        else if (resource.HasStatus)
        {
            Take(obj, live, "status");
        }

        if (resource.GroupResource == "namespaces")
        {
            Take(obj, live, "spec");
        }
    }

    private static void CheckName(ObjectKey key, JsonObject metadata)
    {
        if (metadata.Text("name") is not { Length: > 0 } name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({key.Name} based on URL) was undeterminable: name must be provided");
        }

        if (name != key.Name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }
    }

    // An owner counts once.
    private static void CheckOwners(JsonObject metadata, List<string> warnings)
    {
        if (metadata["ownerReferences"] is not JsonArray owners)
        {
            return;
        }

        var repeated = new List<string>();
        var seen = new List<JsonNode?>();
        foreach (var owner in owners.ToList())
        {
            if (seen.Exists(other => JsonNode.DeepEquals(other, owner)))
            {
                owners.Remove(owner);
                repeated.Add((owner as JsonObject).Text("uid") ?? "");
            }
            else
            {
                seen.Add(owner);
            }
        }

        if (repeated.Count > 0)
        {
            warnings.Add(
                ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
                    + $"please fix your requests; duplicate UID(s) observed: {string.Join(", ", repeated.Distinct(StringComparer.Ordinal))}"
            );
        }
    }

    private static string StorageKey(ResourceDefinition resource, ObjectKey key)
    {
        var kind =
            resource.GroupResource == "nodes" ? "minions"
            : resource.IsCustom ? $"{resource.Group}/{resource.Plural}"
            : resource.Plural;
        return $"/registry/{kind}/{(resource.Namespaced ? key.Namespace + "/" : "")}{key.Name}";
    }

    private static void KeepAllButStatus(ResourceDefinition resource, JsonObject live, JsonObject obj)
    {
        var owners = obj.Metadata()["managedFields"]?.DeepClone();
        foreach (var field in obj.Select(static property => property.Key).Union(live.Select(static property => property.Key)).ToList())
        {
            // A kubelet sets labels and annotations of its node or pod together with the status; custom resources take nothing but the status.
            if (field != "status" && (field != "metadata" || resource.IsCustom))
            {
                Take(obj, live, field);
            }
        }

        var metadata = obj.Metadata();
        metadata.Remove("managedFields");
        if (owners is not null)
        {
            metadata["managedFields"] = owners;
        }
    }

    private void RecordUpdate(ResourceDefinition resource, JsonObject live, JsonObject obj, WriteOptions options)
    {
        // One empty entry is the way to ask for a fresh start; anything else that a client sends back is what it read.
        var isReset = obj.Metadata()["managedFields"] is JsonArray { Count: 1 } entries && entries[0] is JsonObject { Count: 0 };
        var owners = isReset ? new ManagedFields() : ManagedFields.Of(live);
        if (isReset)
        {
            obj.Metadata().Remove("managedFields");
        }
        else if (owners.IsEmpty)
        {
            // Once nobody is tracked, only an apply begins anew.
            Take(obj.Metadata(), live.Metadata(), "managedFields");
        }
        else
        {
            Record(live, obj, owners, resource, options);
        }
    }

    private void Record(JsonObject before, JsonObject now, ManagedFields owners, ResourceDefinition resource, WriteOptions options) =>
        ServerSideApply.RecordUpdate(
            before,
            now,
            owners,
            new Manager(options.FieldManager ?? "simulator", IsApply: false, resource.ApiVersion, options.Subresource),
            resource,
            Now()
        );

    private static void CountGeneration(ResourceDefinition resource, JsonObject live, JsonObject obj)
    {
        if (!resource.CountsGenerations)
        {
            return;
        }

        var before = live.Copy();
        var now = obj.Copy();
        foreach (var copy in (ReadOnlySpan<JsonObject>)[before, now])
        {
            copy.Remove("metadata");
            if (resource.HasStatus)
            {
                copy.Remove("status");
            }
        }

        if (!JsonNode.DeepEquals(before, now))
        {
            obj.Metadata()["generation"] = (live.Metadata().Integer("generation") ?? 1) + 1;
        }
    }

    private void CheckNamespace(ResourceDefinition resource, string inNamespace, string name)
    {
        if (!resource.Namespaced)
        {
            return;
        }

        var namespaces = _registry.Find("namespaces")!;
        var found = _ledger.Find(namespaces, new ObjectKey("", inNamespace)) ?? throw StatusErrors.NotFound(namespaces, inNamespace);
        if (found.IsBeingDeleted)
        {
            var refusal = StatusErrors.Forbidden(
                resource,
                name,
                $"unable to create new content in namespace {inNamespace} because it is being terminated"
            );
            refusal.Details!["causes"] = new JsonArray(
                new JsonObject
                {
                    ["reason"] = "NamespaceTerminating",
                    ["message"] = $"namespace {inNamespace} is being terminated",
                    ["field"] = "metadata.namespace",
                }
            );
            throw refusal;
        }
    }

    private static void CheckNamespaceMatches(ResourceDefinition resource, string inNamespace, JsonObject metadata)
    {
        if (!resource.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        if (metadata.Text("namespace") is { Length: > 0 } own && own != inNamespace)
        {
            throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        metadata["namespace"] = inNamespace;
    }

    private static void CheckSubresource(ResourceDefinition resource, WriteOptions options)
    {
        if (options.Subresource == "status" && !resource.HasStatus)
        {
            throw StatusErrors.UnknownPath();
        }
    }

    private static void DropStatus(ResourceDefinition resource, JsonObject obj)
    {
        if (resource.HasStatus && !resource.KeepsStatusOnCreate)
        {
            obj.Remove("status");
            if (resource.GroupResource == AdmissionPolicy.Resource)
            {
                obj["status"] = new JsonObject();
            }

            if (resource.Type is { } type && Decoding.Empty(type)["status"] is { } nothing)
            {
                obj["status"] = nothing.DeepClone();
            }
        }
    }

    private static void Take(JsonObject target, JsonObject source, string field)
    {
        target.Remove(field);
        if (source[field] is { } value)
        {
            target[field] = value.DeepClone();
        }
    }
}
