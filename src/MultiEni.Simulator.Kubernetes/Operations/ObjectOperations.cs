using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Apply;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Types;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>
/// Creates and changes objects by the rules of the API. Over HTTP and in process alike, every write
/// goes this way: its shape is read, what the server decides is set, the owners of its fields are
/// recorded, it is validated, admitted and stored. Then those who follow are told, and the answer
/// is given.
/// </summary>
internal sealed class ObjectOperations(
    Ledger ledger,
    ResourceRegistry registry,
    TimeProvider time,
    GarbageCollector collector,
    Action<ResourceDefinition, StoredObject> stored
)
{
    public Written Create(ResourceDefinition resource, string inNamespace, JsonObject body, WriteOptions options, bool taintNode = true)
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
        bool taintNode,
        List<string> warnings
    )
    {
        var obj = body.Copy();
        ObjectChecks.CheckType(resource, obj, live: null, options, warnings);
        obj = ObjectChecks.Shape(resource, obj, old: null, options, Now(), warnings);
        var name = Preparation.New(resource, inNamespace, obj, options.DryRun, Now());
        DropStatus(resource, obj);
        if (options.FieldManager is not null && obj.Metadata()["managedFields"] is null)
        {
            var tracked = obj.Copy();
            tracked.Remove("status");
            Record(ServerSideApply.Nothing(resource), tracked, new ManagedFields(), resource, options);
            Preparation.Take(obj.Metadata(), tracked.Metadata(), "managedFields");
        }

        options = options with { ApiGroup = resource.Group };
        obj = EventForms.ToStored(resource, obj);
        resource = resource.StoredAs ?? resource;
        CheckNamespace(resource, inNamespace, name);
        KindRules.CompleteNew(resource, obj, taintNode, Now());
        var attempt = new AdmissionAttempt("CREATE", resource, options.Subresource, obj, OldObject: null)
        {
            DryRun = options.DryRun,
            Warnings = warnings,
        };
        ObjectChecks.Validate(resource, obj, null, options, warnings, Unauthorized(attempt, options));
        options.Admission?.Invoke(attempt);
        return new Written(StoreNew(resource, obj, options), IsNew: true, warnings);
    }

    /// <summary>
    /// Replaces an object by what <paramref name="change"/> makes of it; the change is made again
    /// when another writer was faster.
    /// </summary>
    public Written Update(
        ResourceDefinition resource,
        ObjectKey key,
        Func<JsonObject, JsonObject> change,
        WriteOptions options,
        bool ownsFieldsAlready = false
    )
    {
        var kept = resource.StoredAs ?? resource;
        while (ledger.Find(kept, key) is { } current)
        {
            var live = EventForms.FromStored(resource, current.Thaw());
            var warnings = new List<string>();
            var obj = change(live.Copy());
            ObjectChecks.CheckType(resource, obj, live, options, warnings);
            obj = ObjectChecks.Shape(resource, obj, live, options, Now(), warnings);
            Preparation.Changed(resource, key, live, obj, options);
            if (!ownsFieldsAlready)
            {
                RecordUpdate(resource, live, obj, options);
            }

            live = EventForms.ToStored(resource, live);
            obj = EventForms.ToStored(resource, obj);
            var attempt = new AdmissionAttempt("UPDATE", resource, options.Subresource, obj, live) { DryRun = options.DryRun, Warnings = warnings };
            ObjectChecks.Validate(kept, obj, live, options with { ApiGroup = resource.Group }, warnings, Unauthorized(attempt, options));
            options.Admission?.Invoke(attempt);
            CountGeneration(kept, live, obj);
            if (StoreChanged(kept, current, live, obj, options) is { } answer)
            {
                return new Written(answer, IsNew: false, warnings);
            }
        }

        if (!options.IsReplacement || !resource.IsCreatedByUpdates || options.Subresource.Length > 0)
        {
            throw StatusErrors.NotFound(resource, key.Name);
        }

        var made = change([]);
        Preparation.CheckName(key, made.Metadata());
        return Create(resource, key.Namespace, made, options);
    }

    /// <summary>Server-side apply: creates the object or merges into it.</summary>
    public Written Apply(ResourceDefinition resource, ObjectKey key, JsonObject configuration, WriteOptions options)
    {
        var manager = new Manager(options.FieldManager!, IsApply: true, resource.ApiVersion, options.Subresource);
        while (true)
        {
            var exists = ledger.Find(resource.StoredAs ?? resource, key) is not null;
            if (!exists && options.Subresource.Length > 0)
            {
                throw StatusErrors.NotFound(resource, key.Name);
            }

            var wanted = ApplyConfiguration.Prepare(resource, key, configuration, options, exists);
            try
            {
                return exists
                    ? Update(resource, key, live => ServerSideApply.Apply(live, wanted, manager, options.Force, resource, Now()), options, true)
                    : Create(resource, key.Namespace, ServerSideApply.Apply([], wanted, manager, force: true, resource, Now()), options);
            }
            catch (StatusException faster)
                when (exists ? faster.Code == 404 : faster.Reason == "AlreadyExists" && ledger.Find(resource, key) is not null)
            {
                // It went or came meanwhile.
            }
        }
    }

    /// <summary>Whether nothing holds an object whose deletion was asked for.</summary>
    public static bool IsReleased(JsonObject obj)
    {
        var metadata = obj.Metadata();
        return metadata["deletionTimestamp"] is not null
            && metadata["finalizers"] is not JsonArray { Count: > 0 }
            && metadata.Integer("deletionGracePeriodSeconds") is null or 0
            && (obj["spec"] as JsonObject)?["finalizers"] is not JsonArray { Count: > 0 };
    }

    public string Now() => ApiTime.Seconds(time.GetUtcNow());

    private StoredObject StoreNew(ResourceDefinition resource, JsonObject obj, WriteOptions options)
    {
        var metadata = obj.Metadata();
        var key = new ObjectKey(resource.Namespaced ? metadata.Text("namespace") ?? "" : "", metadata.Text("name") ?? "");
        var put =
            !options.DryRun ? ledger.TryPut(resource, null, key, obj)
            : ledger.Find(resource, key) is null ? StoredObject.Freeze(resource, obj, 0)
            : null;
        if (put is null)
        {
            throw ledger.Find(resource, key) is { } present
                ? StatusErrors.AlreadyExists(resource, present)
                : StatusErrors.AlreadyExists(resource, key.Name);
        }

        if (!options.DryRun)
        {
            Tell(resource, put);
        }

        return put;
    }

    // What the answer shows; null when another writer was faster.
    private StoredObject? StoreChanged(ResourceDefinition resource, StoredObject current, JsonObject live, JsonObject obj, WriteOptions options)
    {
        if (JsonNode.DeepEquals(live, obj))
        {
            return current;
        }

        if (options.DryRun)
        {
            return StoredObject.Freeze(resource, obj, current.ResourceVersion);
        }

        if (IsReleased(obj))
        {
            // The answer tells the object as it was, before the version of its removal.
            var answer = StoredObject.Freeze(resource, obj.Copy(), current.ResourceVersion);
            if (ledger.TryRemove(resource, current) is not { } removed)
            {
                return null;
            }

            collector.AfterGone(resource, removed);
            return answer;
        }

        var put = ledger.TryPut(resource, current, current.Key, obj);
        if (put is not null)
        {
            Tell(resource, put);
        }

        return put;
    }

    private void Tell(ResourceDefinition resource, StoredObject put)
    {
        stored(resource, put);
        collector.AfterStored(resource, put);
    }

    private void RecordUpdate(ResourceDefinition resource, JsonObject live, JsonObject obj, WriteOptions options)
    {
        // One empty entry is the way to ask for a fresh start; anything else that a client sends
        // back is what it read.
        var isReset = obj.Metadata()["managedFields"] is JsonArray { Count: 1 } entries && entries[0] is JsonObject { Count: 0 };
        var owners = isReset ? new ManagedFields() : ManagedFields.Of(live);
        if (isReset)
        {
            obj.Metadata().Remove("managedFields");
        }
        else if (owners.IsEmpty)
        {
            // Once nobody is tracked, only an apply begins anew.
            Preparation.Take(obj.Metadata(), live.Metadata(), "managedFields");
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
        if (resource.CountsGenerations && !JsonNode.DeepEquals(Wanted(live), Wanted(obj)))
        {
            obj.Metadata()["generation"] = (live.Metadata().Integer("generation") ?? 1) + 1;
        }

        JsonObject Wanted(JsonObject of)
        {
            var wanted = of.Copy();
            wanted.Remove("metadata");
            if (resource.HasStatus)
            {
                wanted.Remove("status");
            }

            return wanted;
        }
    }

    private void CheckNamespace(ResourceDefinition resource, string inNamespace, string name)
    {
        if (!resource.Namespaced)
        {
            return;
        }

        var namespaces = registry.Find("namespaces")!;
        var found = ledger.Find(namespaces, new ObjectKey("", inNamespace)) ?? throw StatusErrors.NotFound(namespaces, inNamespace);
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

    // What the writer may not set, which the server tells among what is wrong with the object.
    private FieldErrors Unauthorized(AdmissionAttempt attempt, WriteOptions options)
    {
        var errors = new FieldErrors();
        if (DeviceRules.AdminAccess(attempt) is { } path)
        {
            var inNamespace = ledger.Find(registry.Find("namespaces")!, new ObjectKey("", attempt.Namespace));
            if (inNamespace?.Labels.GetValueOrDefault(DeviceRules.AdminLabel) != "true")
            {
                errors.Forbidden(path, $"admin access to devices requires the `{DeviceRules.AdminLabel}: true` label on the containing namespace");
            }
        }

        options.ClaimRights?.Invoke(attempt, errors);
        return errors;
    }

    private static void DropStatus(ResourceDefinition resource, JsonObject obj)
    {
        if (!resource.HasStatus || resource.KeepsStatusOnCreate)
        {
            return;
        }

        obj.Remove("status");
        var nothing =
            resource.GroupResource == AdmissionPolicy.Resource ? new JsonObject()
            : resource.Type is { } type ? Decoding.Empty(type)["status"]
            : null;
        if (nothing is not null)
        {
            obj["status"] = nothing.DeepClone();
        }
    }
}
