using System.Text;
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

/// <summary>
/// One request to a resource. Everything has taken effect when its answer is returned; only watches
/// begin when it is sent.
/// </summary>
internal sealed class ResourceRequest
{
    private readonly ObjectStore _store;
    private readonly TimeProvider _time;
    private readonly HttpRequest _request;
    private readonly Route _route;
    private readonly ResourceDefinition _resource;
    private readonly ResourceDefinition _stored;
    private readonly ObjectKey _key;
    private readonly RequestOptions _options;

    private ResourceRequest(
        ObjectStore store,
        TimeProvider time,
        HttpRequest request,
        Route route,
        ResourceDefinition resource,
        Action<AdmissionAttempt>? admission,
        Action<AdmissionAttempt, FieldErrors>? claimRights
    )
    {
        _store = store;
        _time = time;
        _request = request;
        _route = route;
        _resource = resource;
        _stored = resource.StoredAs ?? resource;
        _key = new ObjectKey(route.Namespace, route.Name);
        _options = new RequestOptions(request, route.Subresource, admission, claimRights);
    }

    public static async Task<Answer> AnswerAsync(
        ObjectStore store,
        TimeProvider time,
        HttpRequest request,
        Route route,
        Action<AdmissionAttempt>? admission,
        Action<AdmissionAttempt, FieldErrors>? claimRights,
        CancellationToken cancellationToken
    )
    {
        var resource = route.Find(store.Registry);
        var verb = route.Verb(request);
        if (resource is null && store.Registry.All.Any(other => other.Group == route.Group && !other.IsCustom))
        {
            throw StatusErrors.UnknownPath();
        }

        var isMisplaced =
            resource is { IsCustom: true }
            && resource.Namespaced != route.Namespace.Length > 0
            && (verb is not ("list" or "watch") || !resource.Namespaced);
        return resource is null || isMisplaced
            ? Answer.UnknownPage
            : await new ResourceRequest(store, time, request, route, resource, admission, claimRights).AnswerAsync(
                verb,
                admission,
                cancellationToken
            );
    }

    private async Task<Answer> AnswerAsync(string verb, Action<AdmissionAttempt>? admission, CancellationToken cancellationToken)
    {
        if (_route.Subresource is not ("" or "status"))
        {
            return await SubresourceAsync(admission, cancellationToken);
        }

        if (_route.Subresource == "status" && !_resource.HasStatus)
        {
            throw _resource.IsCustom ? StatusErrors.NotFound(_resource, _route.Name) : StatusErrors.UnknownPath();
        }

        var isAllowed = (_route.Name.Length == 0, _route.Subresource.Length == 0) switch
        {
            (true, _) => verb is "list" or "watch" or "create" || (verb == "deletecollection" && _resource.HasCollectionDeletion),
            (_, true) => verb is "get" or "update" or "patch" or "delete",
            _ => verb is "get" or "update" or "patch",
        };
        if (!isAllowed || (_resource.Namespaced && _route.Namespace.Length == 0 && verb is not ("list" or "watch")))
        {
            throw StatusErrors.MethodNotAllowed();
        }

        var form = MediaTypes.FormOf(_request.Headers.Accept.ToString());
        var table = form == AnswerForm.Table ? Table() : null;
        return verb switch
        {
            "get" => Single(Get(), form, table),
            "list" => List(form, table),
            "watch" => Watch(form, table),
            "delete" => await DeleteAsync(form, table, cancellationToken),
            "deletecollection" => await DeleteCollectionAsync(cancellationToken),
            "create" or "update" or "patch" => Done(await WriteAsync(verb, cancellationToken), form, table),
            _ => throw StatusErrors.MethodNotAllowed(),
        };
    }

    private StoredObject Get()
    {
        if (ListOptions.ReadVersion(_request.Query) is var wanted && wanted > _store.Ledger.Version)
        {
            throw StatusErrors.TooLargeVersion(wanted, _store.Ledger.Version);
        }

        return _store.Ledger.Find(_stored, _key) ?? throw StatusErrors.NotFound(_resource, _route.Name);
    }

    private Answer List(AnswerForm form, TableView? table)
    {
        var page = ListRequests.List(_store.Ledger, _stored, ListRequests.Filter(_stored, _route.Namespace, _request.Query), _request.Query);
        page = page with { Objects = _resource == _stored ? page.Objects : [.. page.Objects.Select(obj => EventForms.FromStored(_resource, obj))] };
        if (form == AnswerForm.Object)
        {
            return new Answer.ObjectList(_resource, page);
        }

        var list = table is not null
            ? TableWriter.Write(table, page.Objects, page.Version)
            : new JsonObject
            {
                ["kind"] = "PartialObjectMetadataList",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = page.Version.ToString() },
                ["items"] = new JsonArray([.. page.Objects.Select(static obj => (JsonNode)TableWriter.PartialMetadata(obj.Thaw()))]),
            };
        page.AddTo(list.Metadata(), withEmpty: false);
        return Answer.Json(list);
    }

    private Answer.Stream Watch(AnswerForm form, TableView? table)
    {
        if (_resource != _stored)
        {
            throw new NotSimulatedException("a watch of events in the group events.k8s.io");
        }

        return form == AnswerForm.Metadata
            ? throw new NotSimulatedException("a watch of PartialObjectMetadata")
            : new Answer.Stream(
                _resource,
                WatchRequest.Read(_request.Query, ListRequests.Filter(_resource, _route.Namespace, _request.Query), table)
            );
    }

    private async Task<Written> WriteAsync(string verb, CancellationToken cancellationToken)
    {
        var options = _options.ForWrite(
            verb switch
            {
                "create" => "Create",
                "update" => "Update",
                _ => "Patch",
            }
        );
        if (verb == "patch")
        {
            return await PatchAsync(options, cancellationToken);
        }

        var body = await RequestBody.ReadAsync(_request, cancellationToken);
        options = options with { RepeatedFields = body.RepeatedFields };
        if (verb == "update")
        {
            return _store.Operations.Update(_resource, _key, _ => body.Object.Copy(), options with { IsReplacement = true });
        }

        return _resource.IsCustom && body.Object.Text("kind") is not { Length: > 0 }
            ? throw body.HasNoKind(_resource.Kind)
            : _store.Operations.Create(_resource, _route.Namespace, body.Object, options);
    }

    private async Task<Written> PatchAsync(WriteOptions options, CancellationToken cancellationToken)
    {
        var mediaType = MediaTypes.Bare(_request.ContentType);
        if (mediaType is not (MediaTypes.JsonPatch or MediaTypes.MergePatch or MediaTypes.ApplyPatch or MediaTypes.StrategicMergePatch))
        {
            throw StatusErrors.UnsupportedPatch();
        }

        if (mediaType == MediaTypes.StrategicMergePatch && _resource.IsCustom)
        {
            throw StatusErrors.UnsupportedMediaType("application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }

        if (mediaType == MediaTypes.ApplyPatch ? _request.Query["fieldManager"].ToString().Length == 0 : _request.Query.ContainsKey("force"))
        {
            throw new NotSimulatedException("an apply without fieldManager, or another patch with force");
        }

        var body = await RequestBody.ReadAsync(_request, cancellationToken);
        options = options with { RepeatedFields = body.RepeatedFields };
        return (mediaType, body.Content) switch
        {
            (MediaTypes.ApplyPatch, JsonObject wanted) => _store.Operations.Apply(_resource, _key, wanted, options),
            (MediaTypes.MergePatch, JsonObject changes) => Change(live => JsonMergePatch.Apply(live, changes).AsObject(), static patched => patched),
            (MediaTypes.JsonPatch, JsonArray operations) => Change(live => JsonPatch.Apply(live, operations), JsonReading.Sorted),
            (MediaTypes.StrategicMergePatch, JsonObject changes) => Change(
                live => StrategicMergePatch.Apply(live, changes, BuiltInTypes.ForPatch(_resource.Kind)),
                static _ => throw new NotSimulatedException("a strategic merge patch that is refused")
            ),
            _ => throw new NotSimulatedException("a patch that is not of the form that its media type says"),
        };

        // A patch that is refused is shown as what it makes of the stored object.
        Written Change(Func<JsonObject, JsonObject> patch, Func<JsonObject, JsonObject> shown) =>
            _store.Operations.Update(
                _resource,
                _key,
                patch,
                options with
                {
                    PatchText = live => Encoding.UTF8.GetString(StoredObject.ToUtf8(shown(patch(live)))),
                }
            );
    }

    private async Task<Answer> DeleteAsync(AnswerForm form, TableView? table, CancellationToken cancellationToken)
    {
        var removed = _store.Removals.Remove(_stored, _key, await _options.ForRemovalAsync(cancellationToken));
        if (!removed.IsGone || _resource.ReturnsDeleted)
        {
            return Single(removed.Object, form, table) with { Warnings = removed.Warnings };
        }

        var details = new JsonObject { ["name"] = removed.Object.Key.Name };
        if (_resource.Group.Length > 0)
        {
            details["group"] = _resource.Group;
        }

        details["kind"] = _resource.Plural;
        details["uid"] = removed.Object.Uid;
        return Success("details", details) with { Warnings = removed.Warnings };
    }

    private async Task<Answer> DeleteCollectionAsync(CancellationToken cancellationToken)
    {
        var options = await _options.ForRemovalAsync(cancellationToken);
        if (options.Admission is { } admission)
        {
            // Each object is looked at, under a request that names none.
            options = options with
            {
                Admission = attempt => admission(attempt with { Name = "" }),
            };
        }

        var filter = ListRequests.Filter(_resource, _route.Namespace, _request.Query);
        var page = ListRequests.List(_store.Ledger, _resource, filter, _request.Query);
        foreach (var obj in page.Objects)
        {
            try
            {
                _store.Removals.Remove(_resource, obj.Key, options);
            }
            catch (StatusException gone) when (gone.Code == 404)
            {
                // Deleted meanwhile, or together with an owner from this very collection.
            }
        }

        return new Answer.ObjectList(_resource, page);
    }

    // Those that reach into containers cannot be served: there are none.
    private async Task<Answer> SubresourceAsync(Action<AdmissionAttempt>? admission, CancellationToken cancellationToken)
    {
        var pod = new PodSubresources(_store, _resource, _key, admission);
        var isPost = HttpMethods.IsPost(_request.Method);
        switch (_resource.GroupResource, _route.Subresource)
        {
            case ("pods", "binding") when isPost:
                pod.Bind((await RequestBody.ReadAsync(_request, cancellationToken)).Object);
                return Success("code", 201, 201);
            case ("pods", "eviction") when isPost:
                var eviction = (await RequestBody.ReadAsync(_request, cancellationToken)).Object;
                var isDryRun = _request.Query["dryRun"] == "All" || (eviction["deleteOptions"] as JsonObject).Texts("dryRun").Contains("All");
                pod.Evict(eviction, isDryRun);
                return Success("code", 201, 201);
            case ("pods", "log" or "exec" or "attach" or "portforward" or "ephemeralcontainers" or "resize" or "proxy"):
            case ("nodes", "proxy") or ("serviceaccounts", "token") or ("namespaces", "finalize") or ("deployments.apps", "scale"):
                throw _store.Ledger.Find(_resource, _key) is null
                    ? StatusErrors.NotFound(_resource, _route.Name)
                    : new NotSimulatedException($"{_resource.Plural}/{_route.Subresource}");
            case ("pods", "binding" or "eviction"):
                throw StatusErrors.MethodNotAllowed();
            default:
                throw _resource.IsCustom ? StatusErrors.NotFound(_resource, _route.Name) : StatusErrors.UnknownPath();
        }
    }

    private static Answer.Body Success(string field, JsonNode value, int code = 200) =>
        Answer.Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                [field] = value,
            },
            code
        );

    private Answer.Body Done(Written written, AnswerForm form, TableView? table) =>
        Single(written.Object, form, table, written.IsNew ? 201 : 200) with
        {
            Warnings = written.Warnings,
        };

    private Answer.Body Single(StoredObject obj, AnswerForm form, TableView? table, int code = 200) =>
        table is not null ? Answer.Json(TableWriter.Write(table, [obj], obj.ResourceVersion), code)
        : form == AnswerForm.Metadata ? Answer.Json(TableWriter.PartialMetadata(obj.Thaw()), code)
        : new Answer.Body(code, EventForms.FromStored(_resource, obj).Json);

    private TableView Table()
    {
        var include = _request.Query["includeObject"].ToString();
        return include is "" or "Metadata" or "Object" or "None"
            ? new TableView(_resource, include.Length > 0 ? include : "Metadata", _time)
            : throw StatusErrors.BadRequest(
                $"Unable to convert to Table as requested: includeObject: Invalid value: {GoText.Quote(include)}: must be 'Metadata', 'Object', 'None', or empty"
            );
    }
}
