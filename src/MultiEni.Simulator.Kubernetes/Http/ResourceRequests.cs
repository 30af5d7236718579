using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Operations;
using MultiEni.Simulator.Kubernetes.Patching;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Carries out requests to resources. Everything has taken effect when the answer is returned; only watches begin when it is sent.</summary>
internal sealed class ResourceRequests
{
    private const string PatchTypes = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

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
        var resource = route.Find(_store.Registry) ?? throw StatusErrors.UnknownPath();
        if (route.Subresource is not ("" or "status"))
        {
            return await Subresources.AnswerAsync(_store, resource, route, request, cancellationToken);
        }

        if (resource.Namespaced && route.Namespace.Length == 0 && verb is not ("list" or "watch"))
        {
            throw StatusErrors.MethodNotAllowed();
        }

        var stored = resource.StoredAs ?? resource;
        switch (verb)
        {
            case "get":
                return Single(request, resource, _store.Ledger.Find(stored, Key(route)) ?? throw StatusErrors.NotFound(resource, route.Name));
            case "list":
                var page = ListRequests.List(_store.Ledger, stored, ListRequests.Filter(stored, route.Namespace, request.Query), request.Query);
                page = page with
                {
                    Objects = resource == stored ? page.Objects : [.. page.Objects.Select(obj => EventForms.FromStored(resource, obj))],
                };
                return Table(request, resource) is { } table ? ListTable(table, page) : new Answer.ObjectList(resource, page);
            case "watch" when resource != stored:
                throw StatusErrors.NotSupported("a watch of events in the group events.k8s.io");
            case "watch":
                var filter = ListRequests.Filter(resource, route.Namespace, request.Query);
                if (route.Name.Length > 0)
                {
                    filter = filter with { Fields = Selectors.FieldSelector.Parse("metadata.name=" + route.Name, resource) };
                }

                return new Answer.Stream(resource, WatchRequests.Read(request.Query, filter, Table(request, resource)));
            case "create" when route.Name.Length == 0:
                var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
                return Done(request, resource, _store.Operations.Create(resource, route.Namespace, body, Options(request, route, admission)));
            case "update":
                var replacement = await RequestBody.ReadObjectAsync(request, cancellationToken);
                return Done(
                    request,
                    resource,
                    _store.Operations.Update(
                        resource,
                        Key(route),
                        _ => replacement.Copy(),
                        Options(request, route, admission) with
                        {
                            IsReplacement = true,
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
        var options = Options(request, route, admission);
        var mediaType = MediaTypes.Bare(request.ContentType);
        if (resource.IsCustom && mediaType == MediaTypes.StrategicMergePatch)
        {
            throw StatusErrors.UnsupportedMediaType(PatchTypes);
        }

        var patch = await RequestBody.ReadAsync(request, cancellationToken);
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
                live => StrategicMergePatch.Apply(live, changes, resource.Type!),
                options with
                {
                    PatchText = _ => GoMap.Show(changes),
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
            (MediaTypes.ApplyPatch or MediaTypes.MergePatch or MediaTypes.StrategicMergePatch or MediaTypes.JsonPatch, _) =>
                throw StatusErrors.BadRequest("the patch is not of the form that its media type says"),
            _ => throw StatusErrors.UnsupportedMediaType(resource.IsCustom ? PatchTypes : PatchTypes + ", " + MediaTypes.StrategicMergePatch),
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
        var body = await RequestBody.ReadAsync(request, cancellationToken) as JsonObject;
        var query = request.Query;
        var preconditions = body?["preconditions"] as JsonObject;
        var policy = body.Text("propagationPolicy") ?? (query["propagationPolicy"].ToString() is { Length: > 0 } asked ? asked : null);
        policy ??= body.Flag("orphanDependents") || query["orphanDependents"] == "true" ? "Orphan" : "Background";
        return new RemovalOptions
        {
            PropagationPolicy = policy,
            GracePeriodSeconds = body.Integer("gracePeriodSeconds") ?? (long.TryParse(query["gracePeriodSeconds"], out var seconds) ? seconds : null),
            Uid = preconditions.Text("uid"),
            ResourceVersion = preconditions.Text("resourceVersion"),
            DryRun = IsDryRun(request) || body.Texts("dryRun").Contains("All", StringComparer.Ordinal),
            Admission = admission,
        };
    }

    private static WriteOptions Options(HttpRequest request, Route route, Action<AdmissionAttempt>? admission)
    {
        var query = request.Query;
        var manager = query["fieldManager"].ToString();
        return new WriteOptions
        {
            Subresource = route.Subresource,
            FieldManager = manager.Length > 0 ? manager : UserAgent.Product(request),
            DryRun = IsDryRun(request),
            Admission = admission,
            Force = query["force"].ToString() is "true" or "1",
            FieldValidation = query["fieldValidation"].ToString() switch
            {
                "Strict" => FieldValidation.Strict,
                "Ignore" => FieldValidation.Ignore,
                "" or "Warn" => FieldValidation.Warn,
                var other => throw StatusErrors.BadRequest(
                    $"fieldValidation: Unsupported value: \"{other}\": supported values: \"Ignore\", \"Strict\", \"Warn\""
                ),
            },
        };
    }

    private static bool IsDryRun(HttpRequest request) =>
        request.Query["dryRun"].ToString() switch
        {
            "" => false,
            "All" => true,
            var other => throw StatusErrors.BadRequest($"dryRun: Unsupported value: \"{other}\": supported values: \"All\""),
        };

    private Answer.Body Done(HttpRequest request, ResourceDefinition resource, Written written) =>
        Single(request, resource, written.Object, written.IsNew ? 201 : 200) with
        {
            Warnings = written.Warnings,
        };

    private Answer.Body Single(HttpRequest request, ResourceDefinition resource, StoredObject obj, int code = 200) =>
        Table(request, resource) is { } table
            ? Answer.Json(TableWriter.Write(table, [obj], obj.ResourceVersion), code)
            : new Answer.Body(code, EventForms.FromStored(resource, obj).Json);

    private Answer.Body Deleted(HttpRequest request, ResourceDefinition resource, Removed removed)
    {
        if (!removed.IsGone)
        {
            return Single(request, resource, removed.Object);
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
        );
    }

    private TableView? Table(HttpRequest request, ResourceDefinition resource)
    {
        var accept = request.Headers.Accept.ToString();
        if (!MediaTypes.AcceptsJson(accept))
        {
            throw StatusErrors.NotAcceptable();
        }

        return MediaTypes.WantsTable(accept)
            ? new TableView(resource, request.Query["includeObject"].ToString() is { Length: > 0 } include ? include : "Metadata", _time)
            : null;
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
