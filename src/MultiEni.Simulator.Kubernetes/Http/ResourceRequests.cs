using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Operations;
using MultiEni.Simulator.Kubernetes.Patching;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;
using MultiEni.Simulator.Kubernetes.Types;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Carries out requests to resources. Everything has taken effect when the answer is returned; only watches begin when it is sent.</summary>
internal sealed class ResourceRequests
{
    private const int MostManagerBytes = 128;

    private readonly ObjectStore _store;
    private readonly TimeProvider _time;

    public ResourceRequests(ObjectStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    public async Task<Answer> AnswerAsync(
        HttpRequest request,
        Route route,
        string verb,
        Action<AdmissionAttempt>? admission,
        CancellationToken cancellationToken
    )
    {
        var resource =
            route.Find(_store.Registry)
            ?? (_store.Registry.All.All(other => other.Group != route.Group || other.IsCustom) ? null : throw StatusErrors.UnknownPath());
        if (
            resource is null
            || (resource.IsCustom && resource.Namespaced != route.Namespace.Length > 0 && (verb is not ("list" or "watch") || !resource.Namespaced))
        )
        {
            return Answer.UnknownPage;
        }

        if (route.Subresource is not ("" or "status"))
        {
            return await Subresources.AnswerAsync(_store, resource, route, request, admission, cancellationToken);
        }

        if (route.Subresource == "status" && !resource.HasStatus)
        {
            throw resource.IsCustom ? StatusErrors.NotFound(resource, route.Name) : StatusErrors.UnknownPath();
        }

        var isAllowed = (route.Name.Length == 0, route.Subresource.Length == 0) switch
        {
            (true, _) => verb is "list" or "watch" or "create" || (verb == "deletecollection" && resource.HasCollectionDeletion),
            (_, true) => verb is "get" or "update" or "patch" or "delete",
            _ => verb is "get" or "update" or "patch",
        };
        if (!isAllowed || (resource.Namespaced && route.Namespace.Length == 0 && verb is not ("list" or "watch")))
        {
            throw StatusErrors.MethodNotAllowed();
        }

        var stored = resource.StoredAs ?? resource;
        switch (verb)
        {
            case "get":
                if (ListOptions.ReadVersion(request.Query) is var wanted && wanted > _store.Ledger.Version)
                {
                    throw StatusErrors.TooLargeVersion(wanted, _store.Ledger.Version);
                }

                return Single(request, resource, _store.Ledger.Find(stored, Key(route)) ?? throw StatusErrors.NotFound(resource, route.Name));
            case "list":
                var page = ListRequests.List(_store.Ledger, stored, ListRequests.Filter(stored, route.Namespace, request.Query), request.Query);
                page = page with
                {
                    Objects = resource == stored ? page.Objects : [.. page.Objects.Select(obj => EventForms.FromStored(resource, obj))],
                };
                return Table(request, resource) is { } table ? ListTable(table, page)
                    : WantsMetadata(request) ? ListMetadata(page)
                    : new Answer.ObjectList(resource, page);
            case "watch" when resource != stored:
                throw StatusErrors.NotSupported("a watch of events in the group events.k8s.io");
            case "watch" when WantsMetadata(request):
                throw StatusErrors.NotSupported("a watch of PartialObjectMetadata");
            case "watch":
                var filter = ListRequests.Filter(resource, route.Namespace, request.Query);
                return new Answer.Stream(resource, WatchRequest.Read(request.Query, filter, Table(request, resource)));
            case "create":
                var creation = Options(request, route, "Create", admission);
                var body = await RequestBody.ReadAsync(request, cancellationToken);
                if (resource.IsCustom && body.Object.Text("kind") is not { Length: > 0 })
                {
                    throw body.HasNoKind(resource.Kind);
                }

                return Done(
                    request,
                    resource,
                    _store.Operations.Create(resource, route.Namespace, body.Object, creation with { RepeatedFields = body.RepeatedFields })
                );
            case "update":
                var update = Options(request, route, "Update", admission);
                var replacement = await RequestBody.ReadAsync(request, cancellationToken);
                return Done(
                    request,
                    resource,
                    _store.Operations.Update(
                        resource,
                        Key(route),
                        _ => replacement.Object.Copy(),
                        update with
                        {
                            IsReplacement = true,
                            RepeatedFields = replacement.RepeatedFields,
                        }
                    )
                );
            case "patch":
                return Done(request, resource, await PatchAsync(request, resource, route, admission, cancellationToken));
            case "delete":
                var options = await RemovalAsync(request, admission, cancellationToken);
                return Deleted(request, resource, _store.Removals.Remove(stored, Key(route), options));
            case "deletecollection":
                return await DeleteCollectionAsync(request, resource, route, admission, cancellationToken);
            default:
                throw StatusErrors.MethodNotAllowed();
        }
    }

    private async Task<Written> PatchAsync(
        HttpRequest request,
        ResourceDefinition resource,
        Route route,
        Action<AdmissionAttempt>? admission,
        CancellationToken cancellationToken
    )
    {
        var mediaType = MediaTypes.Bare(request.ContentType);
        if (mediaType is not (MediaTypes.JsonPatch or MediaTypes.MergePatch or MediaTypes.ApplyPatch or MediaTypes.StrategicMergePatch))
        {
            throw StatusErrors.UnsupportedPatch();
        }

        if (mediaType == MediaTypes.StrategicMergePatch && resource.IsCustom)
        {
            throw StatusErrors.UnsupportedMediaType("application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }

        var options = Options(request, route, "Patch", admission);
        if (mediaType == MediaTypes.ApplyPatch && request.Query["fieldManager"].ToString().Length == 0)
        {
            throw StatusErrors.InvalidOptions("Patch", "fieldManager", FieldErrorReasons.Required, "Required value: is required for apply patch");
        }

        if (mediaType != MediaTypes.ApplyPatch && request.Query.ContainsKey("force"))
        {
            throw StatusErrors.InvalidOptions("Patch", "force", FieldErrorReasons.Forbidden, "Forbidden: may not be specified for non-apply patch");
        }

        var problem =
            mediaType == MediaTypes.ApplyPatch
                ? "error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content"
                : null;
        var body = await RequestBody.ReadAsync(request, why => problem ?? $"error decoding patch: {why}", cancellationToken);
        options = options with { RepeatedFields = body.RepeatedFields };
        var patch = body.Content;
        return (mediaType, patch) switch
        {
            (MediaTypes.ApplyPatch, JsonObject wanted) => _store.Operations.Apply(
                resource,
                Key(route),
                wanted,
                options with
                {
                    FieldManager = request.Query["fieldManager"].ToString() is { Length: > 0 } manager ? manager : null,
                }
            ),
            (MediaTypes.MergePatch, JsonObject changes) => _store.Operations.Update(
                resource,
                Key(route),
                live => JsonMergePatch.Apply(live, changes).AsObject(),
                options with
                {
                    PatchText = live => Text(JsonMergePatch.Apply(live, changes)),
                }
            ),
            (MediaTypes.StrategicMergePatch, JsonObject changes) => _store.Operations.Update(
                resource,
                Key(route),
                live => StrategicMergePatch.Apply(live, changes, BuiltInTypes.ForPatch(resource.Kind)),
                options with
                {
                    PatchText = static _ => throw StatusErrors.NotSupported("a strategic merge patch that is refused"),
                }
            ),
            (MediaTypes.JsonPatch, JsonArray operations) => _store.Operations.Update(
                resource,
                Key(route),
                live => JsonPatch.Apply(live, operations),
                options with
                {
                    PatchText = live => Text(JsonPatch.Apply(live, operations).Sorted()),
                }
            ),
            (MediaTypes.JsonPatch, not null) => throw StatusErrors.BadRequest(
                $"error decoding patch: json: cannot unmarshal {(patch is JsonObject ? "object" : "value")} into Go value of type []handlers.jsonPatchOp"
            ),
            _ => throw StatusErrors.NotSupported("a patch that is not of the form that its media type says"),
        };
    }

    private async Task<Answer> DeleteCollectionAsync(
        HttpRequest request,
        ResourceDefinition resource,
        Route route,
        Action<AdmissionAttempt>? admission,
        CancellationToken cancellationToken
    )
    {
        // Each object is looked at, under a request that names none.
        Action<AdmissionAttempt>? each = admission is null ? null : attempt => admission(attempt with { Name = "" });
        var options = await RemovalAsync(request, each, cancellationToken);
        var filter = ListRequests.Filter(resource, route.Namespace, request.Query);
        var page = ListRequests.List(_store.Ledger, resource, filter, request.Query);
        foreach (var obj in page.Objects)
        {
            try
            {
                _store.Removals.Remove(resource, obj.Key, options);
            }
            catch (StatusException gone) when (gone.Code == 404)
            {
                // Deleted meanwhile, or together with an owner from this very collection.
            }
        }

        return new Answer.ObjectList(resource, page);
    }

    private static async Task<RemovalOptions> RemovalAsync(
        HttpRequest request,
        Action<AdmissionAttempt>? admission,
        CancellationToken cancellationToken
    )
    {
        var body = (await RequestBody.ReadAsync(request, cancellationToken)).Content as JsonObject;
        if (body.Text("kind") is not (null or "" or "DeleteOptions"))
        {
            throw StatusErrors.NotSupported("a deletion whose body is no DeleteOptions");
        }

        var query = request.Query;
        var policy = body.Text("propagationPolicy") ?? query["propagationPolicy"].ToString();
        if (policy is not ("" or "Background") || body?["orphanDependents"] is not null || query.ContainsKey("orphanDependents"))
        {
            throw StatusErrors.NotSupported($"a deletion that is not in the background, but {(policy.Length > 0 ? policy : "by orphanDependents")}");
        }

        var preconditions = body?["preconditions"] as JsonObject;
        var dryRun = body?["dryRun"] is JsonArray ? body.Texts("dryRun") : [.. query["dryRun"].OfType<string>()];
        CheckDryRun(dryRun);
        return new RemovalOptions
        {
            GracePeriodSeconds = body.Integer("gracePeriodSeconds") ?? (long.TryParse(query["gracePeriodSeconds"], out var seconds) ? seconds : null),
            Uid = preconditions.Text("uid"),
            ResourceVersion = preconditions.Text("resourceVersion"),
            DryRun = dryRun.Count > 0,
            Admission = admission,
        };
    }

    private static void CheckDryRun(IEnumerable<string> dryRun)
    {
        if (dryRun.Any(static value => value != "All"))
        {
            throw StatusErrors.NotSupported("another value of dryRun than All");
        }
    }

    private static WriteOptions Options(HttpRequest request, Route route, string kind, Action<AdmissionAttempt>? admission)
    {
        var query = request.Query;
        var manager = query["fieldManager"].ToString();
        var dryRun = query["dryRun"].OfType<string>().ToList();
        CheckDryRun(dryRun);
        var validation = query["fieldValidation"].ToString();
        var errors = new FieldErrors();
        errors.Supported("fieldValidation", validation, "", "Ignore", "Strict", "Warn");
        if (manager.Length > MostManagerBytes)
        {
            throw StatusErrors.NotSupported("a field manager with a longer name than 128 bytes");
        }

        if (errors.All.Count > 0)
        {
            throw StatusErrors.Invalid(kind + "Options", "meta.k8s.io", "", errors.All);
        }

        return new WriteOptions
        {
            Subresource = route.Subresource,
            FieldManager = manager.Length > 0 ? manager : UserAgent.Product(request),
            DryRun = dryRun.Count > 0,
            Admission = admission,
            ChecksChanges = true,
            Force = query["force"].ToString() is "true" or "1",
            FieldValidation = validation switch
            {
                "Strict" => FieldValidation.Strict,
                "Ignore" => FieldValidation.Ignore,
                _ => FieldValidation.Warn,
            },
        };
    }

    private Answer.Body Done(HttpRequest request, ResourceDefinition resource, Written written) =>
        Single(request, resource, written.Object, written.IsNew ? 201 : 200) with
        {
            Warnings = written.Warnings,
        };

    private Answer.Body Single(HttpRequest request, ResourceDefinition resource, StoredObject obj, int code = 200) =>
        Table(request, resource) is { } table ? Answer.Json(TableWriter.Write(table, [obj], obj.ResourceVersion), code)
        : WantsMetadata(request) ? Answer.Json(TableWriter.PartialMetadata(obj.Thaw()), code)
        : new Answer.Body(code, EventForms.FromStored(resource, obj).Json);

    private Answer.Body Deleted(HttpRequest request, ResourceDefinition resource, Removed removed)
    {
        if (!removed.IsGone || resource.ReturnsDeleted)
        {
            return Single(request, resource, removed.Object) with { Warnings = removed.Warnings };
        }

        var details = new JsonObject { ["name"] = removed.Object.Key.Name };
        if (resource.Group.Length > 0)
        {
            details["group"] = resource.Group;
        }

        details["kind"] = resource.Plural;
        details["uid"] = removed.Object.Uid;
        return Answer.Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["details"] = details,
            }
        ) with
        {
            Warnings = removed.Warnings,
        };
    }

    private TableView? Table(HttpRequest request, ResourceDefinition resource)
    {
        if (MediaTypes.FormOf(request.Headers.Accept.ToString()) != AnswerForm.Table)
        {
            return null;
        }

        var include = request.Query["includeObject"].ToString();
        return include is "" or "Metadata" or "Object" or "None"
            ? new TableView(resource, include.Length > 0 ? include : "Metadata", _time)
            : throw StatusErrors.BadRequest(
                $"Unable to convert to Table as requested: includeObject: Invalid value: {GoText.Quote(include)}: must be 'Metadata', 'Object', 'None', or empty"
            );
    }

    private static bool WantsMetadata(HttpRequest request) => MediaTypes.FormOf(request.Headers.Accept.ToString()) == AnswerForm.Metadata;

    private static Answer.Body ListMetadata(ObjectPage page)
    {
        var metadata = new JsonObject { ["resourceVersion"] = page.Version.ToString() };
        if (page.Continue.Length > 0)
        {
            metadata["continue"] = page.Continue;
        }

        return Answer.Json(
            new JsonObject
            {
                ["kind"] = "PartialObjectMetadataList",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = metadata,
                ["items"] = new JsonArray([.. page.Objects.Select(static obj => (JsonNode)TableWriter.PartialMetadata(obj.Thaw()))]),
            }
        );
    }

    private static Answer.Body ListTable(TableView view, ObjectPage page)
    {
        var table = TableWriter.Write(view, page.Objects, page.Version);
        if (page.Continue.Length > 0)
        {
            table.Metadata()["continue"] = page.Continue;
        }

        if (page.Remaining is { } remaining)
        {
            table.Metadata()["remainingItemCount"] = remaining;
        }

        return Answer.Json(table);
    }

    private static string Text(JsonNode node) => System.Text.Encoding.UTF8.GetString(StoredObject.ToUtf8(node));

    private static ObjectKey Key(Route route) => new(route.Namespace, route.Name);
}
