using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Tests.Claims;

/// <summary>
/// As much of an API server's <c>resource.k8s.io/v1</c> as a driver meets: slices with a watch, and
/// claims with their status.
/// </summary>
internal sealed class ClaimApi : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _claims = new(StringComparer.Ordinal);
    private readonly List<PipeWriter> _watches = [];
    private readonly List<string> _writes = [];
    private long _version = 10;

    /// <summary>Whether taints of devices are stored, as on a server with that feature.</summary>
    public bool KeepsTaints { get; set; } = true;

    /// <summary>What is refused, with these words; null for nothing.</summary>
    public Func<HttpRequestMessage, string?> Refuses { get; set; } = _ => null;

    /// <summary>Called before a claim is read.</summary>
    public Func<Task> BeforeClaimIsRead { get; set; } = () => Task.CompletedTask;

    /// <summary>How many pages of claims were listed.</summary>
    public int ClaimLists { get; private set; }

    /// <summary>Every write that was taken, as <c>POST name</c>.</summary>
    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_lock)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>How many watches of slices are open.</summary>
    public int Watches
    {
        get
        {
            lock (_lock)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Names of the slices.</summary>
    public IReadOnlyList<string> SliceNames
    {
        get
        {
            lock (_lock)
            {
                return [.. _slices.Keys];
            }
        }
    }

    public KubernetesClient Client(TimeProvider time) =>
        new(new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri("http://localhost/"), Timeout = Timeout.InfiniteTimeSpan }, time);

    public JsonObject? Slice(string name)
    {
        lock (_lock)
        {
            return _slices.GetValueOrDefault(name)?.DeepClone().AsObject();
        }
    }

    /// <summary>Names of the devices in a slice; null when there is no such slice.</summary>
    public IReadOnlyList<string>? Devices(string slice) =>
        Slice(slice) is { } stored ? [.. (stored["spec"]!["devices"]?.AsArray() ?? []).Select(device => device!["name"]!.GetValue<string>())] : null;

    /// <summary>Somebody makes or changes a slice.</summary>
    public void Put(string name, JsonObject spec)
    {
        lock (_lock)
        {
            Store(
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = name },
                    ["spec"] = spec,
                }
            );
        }
    }

    /// <summary>A kubelet deletes all slices of its node.</summary>
    public void Wipe()
    {
        lock (_lock)
        {
            foreach (var slice in _slices.Values.ToList())
            {
                Remove(slice);
            }
        }
    }

    /// <summary>Somebody makes or changes a claim.</summary>
    public void Claim(JsonObject claim)
    {
        lock (_lock)
        {
            _claims[$"{claim["metadata"]!["namespace"]}/{claim["metadata"]!["name"]}"] = claim;
        }
    }

    public JsonObject? Claim(string name)
    {
        lock (_lock)
        {
            return _claims.GetValueOrDefault(name)?.DeepClone().AsObject();
        }
    }

    public void DeleteClaim(string name)
    {
        lock (_lock)
        {
            _claims.Remove(name);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Refuses(request) is { } words)
        {
            return Status(HttpStatusCode.Forbidden, "Forbidden", words);
        }

        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken))?.AsObject();
        var parts = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        if (parts is ["apis", "resource.k8s.io", "v1", "namespaces", var space, "resourceclaims", var claim, ..])
        {
            if (request.Method == HttpMethod.Get)
            {
                await BeforeClaimIsRead().WaitAsync(cancellationToken);
            }

            return AnswerClaim(request, $"{space}/{claim}", body);
        }

        if (parts is ["apis", "resource.k8s.io", "v1", "resourceclaims"])
        {
            Assert.Equal(HttpMethod.Get, request.Method);
            return ListClaims(request.RequestUri.Query);
        }

        Assert.Equal(["apis", "resource.k8s.io", "v1", "resourceslices"], parts.Take(4));
        lock (_lock)
        {
            return AnswerSlice(request, parts.ElementAtOrDefault(4), body);
        }
    }

    private HttpResponseMessage AnswerSlice(HttpRequestMessage request, string? name, JsonObject? body)
    {
        if (request.Method == HttpMethod.Get)
        {
            Assert.Contains("spec.nodeName%3Dnode-1%2Cspec.driver%3Deni.networking.k8s.aws", request.RequestUri!.Query, StringComparison.Ordinal);
            return request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal) ? Watch() : List();
        }

        name ??= body!["metadata"]!["name"]!.GetValue<string>();
        var stored = _slices.GetValueOrDefault(name);
        switch (request.Method.Method)
        {
            case "POST" when stored is not null:
                return Status(HttpStatusCode.Conflict, "AlreadyExists", $"resourceslices.resource.k8s.io \"{name}\" already exists");
            case "PUT" or "DELETE" when stored is null:
                return Status(HttpStatusCode.NotFound, "NotFound", $"resourceslices.resource.k8s.io \"{name}\" not found");
            case "PUT" when body!["metadata"]!["resourceVersion"]?.GetValue<string>() != Version(stored!):
                return Status(HttpStatusCode.Conflict, "Conflict", "the object has been modified");
            case "DELETE":
                _writes.Add($"DELETE {name}");
                Remove(stored!);
                return Json(
                    new JsonObject
                    {
                        ["kind"] = "Status",
                        ["apiVersion"] = "v1",
                        ["status"] = "Success",
                    }
                );
            default:
                _writes.Add($"{request.Method} {name}");
                return Json(Store(body!));
        }
    }

    private HttpResponseMessage AnswerClaim(HttpRequestMessage request, string name, JsonObject? body)
    {
        lock (_lock)
        {
            if (!_claims.TryGetValue(name, out var claim))
            {
                return Status(HttpStatusCode.NotFound, "NotFound", $"resourceclaims.resource.k8s.io \"{name}\" not found");
            }

            if (request.Method == HttpMethod.Get)
            {
                return Json(claim);
            }

            // Server-side apply by one manager, whose entries are replaced and everybody else's
            // left alone.
            Assert.Equal(("PATCH", "application/apply-patch+yaml"), (request.Method.Method, request.Content!.Headers.ContentType!.MediaType));
            Assert.EndsWith("/status", request.RequestUri!.AbsolutePath, StringComparison.Ordinal);
            Assert.Equal("?fieldManager=eni.networking.k8s.aws&force=true", request.RequestUri.Query);
            _writes.Add($"PATCH {name}");
            var status = claim["status"]!.AsObject();
            var others = (status["devices"]?.AsArray() ?? []).Where(device => device!["driver"]!.GetValue<string>() != "eni.networking.k8s.aws");
            status["devices"] = new JsonArray([.. others.Concat(body!["status"]?["devices"]?.AsArray() ?? []).Select(device => device!.DeepClone())]);
            return Json(claim);
        }
    }

    private JsonObject Store(JsonObject sent)
    {
        var slice = sent.DeepClone().AsObject();
        var name = slice["metadata"]!["name"]!.GetValue<string>();
        slice["apiVersion"] = "resource.k8s.io/v1";
        slice["kind"] = "ResourceSlice";
        slice["metadata"]!["uid"] = _slices.GetValueOrDefault(name)?["metadata"]!["uid"]?.GetValue<string>() ?? $"uid-{_version}";
        slice["metadata"]!["resourceVersion"] = $"{++_version}";
        foreach (var device in slice["spec"]!["devices"]?.AsArray() ?? [])
        {
            if (!KeepsTaints)
            {
                device!.AsObject().Remove("taints");
            }

            foreach (var taint in device!["taints"]?.AsArray() ?? [])
            {
                taint!["timeAdded"] ??= "2026-01-01T12:00:00Z";
            }
        }

        var isNew = !_slices.ContainsKey(name);
        _slices[name] = slice;
        Tell(isNew ? "ADDED" : "MODIFIED", slice);
        return slice;
    }

    private void Remove(JsonObject slice)
    {
        _slices.Remove(slice["metadata"]!["name"]!.GetValue<string>());
        var last = slice.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = $"{++_version}";
        Tell("DELETED", last);
    }

    private void Tell(string type, JsonObject slice)
    {
        var line = Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["object"] = slice.DeepClone() }.ToJsonString() + "\n");
        foreach (var watch in _watches)
        {
            watch.Write(line);
            _ = watch.FlushAsync().AsTask();
        }
    }

    private HttpResponseMessage List() =>
        Json(
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_version}" },
                ["items"] = new JsonArray([.. _slices.Values.Select(slice => slice.DeepClone())]),
            }
        );

    // In pages of one.
    private HttpResponseMessage ListClaims(string query)
    {
        lock (_lock)
        {
            ClaimLists++;
            var next = query.Split("continue=") is [_, var token] ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
            var metadata = new JsonObject { ["resourceVersion"] = $"{_version}" };
            if (next + 1 < _claims.Count)
            {
                metadata["continue"] = $"{next + 1}";
            }

            return Json(
                new JsonObject
                {
                    ["metadata"] = metadata,
                    ["items"] = new JsonArray([.. _claims.Values.Skip(next).Take(1).Select(claim => claim.DeepClone())]),
                }
            );
        }
    }

    private HttpResponseMessage Watch()
    {
        var pipe = new Pipe();
        _watches.Add(pipe.Writer);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
    }

    private static string Version(JsonObject slice) => slice["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static HttpResponseMessage Json(JsonObject body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Status(HttpStatusCode code, string reason, string message) =>
        Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["status"] = "Failure",
                ["reason"] = reason,
                ["message"] = message,
                ["code"] = (int)code,
            },
            code
        );
}
