using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The demo in the user's own cluster: checks that it is safe to run there, prints what it will
/// create, and always deletes all of it at the end.
/// </summary>
internal sealed class DemoGuest : IAsyncDisposable
{
    /// <summary>
    /// Name of the namespace and the scheduler, prefix of all other names, label and taint of
    /// the nodes.
    /// </summary>
    public const string Name = "multi-eni-demo";

    private const string DefinitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string NamespacePath = $"/api/v1/namespaces/{Name}";
    private const string Lease = "the Lease";
    private const string Leases = "/apis/coordination.k8s.io/v1";
    private static readonly string[] Plurals = [Names.NodeEniPlural, Names.EniAttachmentPlural];
    private static readonly TimeSpan CleanupTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan NamespaceControllerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private readonly DemoPrinter _printer;
    private readonly IReadOnlyList<string> _nodes;
    private readonly string _flags;
    private bool _madeDefinitions;

    private DemoGuest(HttpClient http, IReadOnlyList<string> nodes, string flags, DemoPrinter printer)
    {
        _flags = flags;
        _http = http;
        _nodes = nodes;
        _printer = printer;
    }

    /// <summary>
    /// Checks the cluster, prints what will be created, and creates what the simulated cluster
    /// needs.
    /// </summary>
    /// <exception cref="DemoException">
    /// The demo must not run in this cluster; nothing was created.
    /// </exception>
    /// <exception cref="HttpRequestException">
    /// The API server does not answer; nothing was created.
    /// </exception>
    public static async Task<DemoGuest> EnterAsync(DemoOptions options, DemoPrinter printer, CancellationToken cancellationToken)
    {
        var cluster = KubernetesConfig.Load(options.Kubeconfig, options.Context, _ => null);
        var connection = KubernetesConnection.Open(cluster, "kubectl-eni", TimeProvider.System);
        var guest = new DemoGuest(
            connection,
            [.. Enumerable.Range(1, options.Nodes).Select(number => $"{Name}-node-{number}")],
            $"--kubeconfig {options.Kubeconfig}" + (options.Context is { } context ? $" --context {context}" : ""),
            printer
        );
        bool definitions;
        try
        {
            definitions = await guest.CheckAsync(cluster, cancellationToken);
        }
        catch
        {
            // Nothing was created yet.
            connection.Dispose();
            throw;
        }

        try
        {
            guest.Announce(cluster, definitions);
            guest._madeDefinitions = !definitions;
            await guest.PrepareAsync(cancellationToken);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Adds the demo's name prefix to a manifest and restricts it to the demo's nodes.
    /// </summary>
    public static JsonObject Confine(JsonObject document)
    {
        var confined = document.DeepClone().AsObject();
        var metadata = confined["metadata"]!;
        metadata["name"] = $"{Name}-{metadata["name"]}";
        var spec = confined["spec"] as JsonObject ?? [];
        confined["spec"] = spec;
        var selector = spec["nodeSelector"] as JsonObject ?? [];
        spec["nodeSelector"] = selector;
        selector[Name] = "true";
        if (confined["kind"]?.GetValue<string>() == "Pod")
        {
            metadata["namespace"] = Name;
            spec["schedulerName"] = Name;
            var tolerations = spec["tolerations"] as JsonArray ?? [];
            spec["tolerations"] = tolerations;
            tolerations.Add((JsonNode)new JsonObject { ["key"] = Name, ["operator"] = "Exists" });
        }

        return confined;
    }

    /// <summary>Deletes everything that the demo created.</summary>
    /// <exception cref="DemoException">
    /// Something could not be deleted; the message has the cleanup commands.
    /// </exception>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(CleanupTimeout, TimeProvider.System);
        try
        {
            _printer.End();
            await RemoveAsync(timeout.Token);
            _printer.Log($"{Name}: cleanup finished, everything listed at the beginning is deleted");
        }
        catch (Exception failure) when (KubernetesFailure.Is(failure) || failure is OperationCanceledException)
        {
            throw new DemoException($"cleanup failed: {failure.Message}\n{Commands()}");
        }
        finally
        {
            _http.Dispose();
        }
    }

    /// <summary>Checks that the demo may run in the cluster.</summary>
    /// <returns>Whether the product's CRDs are installed.</returns>
    private async Task<bool> CheckAsync(KubernetesConfig cluster, CancellationToken cancellationToken)
    {
        var all = await ListAsync("/api/v1/nodes", cancellationToken);
        if (await FindAsync(NamespacePath, cancellationToken) is not null || all.Any(node => node["metadata"]!["labels"]?[Name] is not null))
        {
            throw Refuse($"another demo is running there, or was killed without cleaning up.\n{Commands()}");
        }

        if (all.FirstOrDefault(IsOnEc2) is { } real)
        {
            throw Refuse(
                $"its node {real["metadata"]!["name"]} is an EC2 instance ({real["spec"]!["providerID"]}). The demo only runs in clusters without EC2 instances"
            );
        }

        foreach (var (path, kind, name) in Installed())
        {
            // A Lease outlives its program, but one that exited cleanly has released
            // it.
            var there = await ListAsync($"{path}?fieldSelector=metadata.name%3D{name}", cancellationToken);
            if (there.FirstOrDefault(found => kind != Lease || found["spec"]?["holderIdentity"]?.GetValue<string>() is { Length: > 0 }) is { } found)
            {
                throw Refuse($"{kind} {found["metadata"]!["namespace"]}/{name} exists: the product is installed there");
            }
        }

        var hasDefinitions = false;
        foreach (var plural in Plurals)
        {
            if (await FindAsync($"/apis/{Names.ApiVersion}/{plural}", cancellationToken) is not { } list)
            {
                continue;
            }

            hasDefinitions = true;
            if (list["items"]!.AsArray().FirstOrDefault() is { } used)
            {
                throw Refuse($"it has {plural}, such as {used["metadata"]!["name"]}, which the demo's controller would reconcile");
            }
        }

        return hasDefinitions;

        DemoException Refuse(string why) => new($"the demo cannot run in the cluster of {cluster.Source}: {why}");
    }

    private static IEnumerable<(string Path, string Kind, string Name)> Installed() =>
        [
            ("/apis/apps/v1/deployments", "the Deployment", Names.Controller),
            ("/apis/apps/v1/daemonsets", "the DaemonSet", Names.Manager),
            ($"{Leases}/leases", Lease, Names.LeaderElectionLease),
        ];

    private void Announce(KubernetesConfig cluster, bool hasDefinitions)
    {
        _printer.Heading($"The demo runs in the cluster of {cluster.Source} ({cluster.Server}). It creates the following and deletes it at the end:");
        _printer.Log($"the namespace {Name} with pods and a Lease");
        _printer.Log($"the nodes {string.Join(", ", _nodes)} with the taint {Name}=true:NoSchedule, and their Leases in kube-node-lease");
        _printer.Log($"NodeENIs {Name}-..., their ENIAttachments, and events about them in the namespace default");
        _printer.Log(
            hasDefinitions
                ? "the CustomResourceDefinitions of NodeENI and ENIAttachment already exist and are kept"
                : "the CustomResourceDefinitions of NodeENI and ENIAttachment"
        );
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await SendAsync(
            HttpMethod.Post,
            "/api/v1/namespaces",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject
                {
                    ["name"] = Name,
                    // The device plugin's pods declare that they are
                    // privileged, although no container ever runs.
                    ["labels"] = new JsonObject { ["pod-security.kubernetes.io/enforce"] = "privileged" },
                },
            },
            cancellationToken
        );
        // Pods need it, and a bare API server has no controller that creates it.
        await SendAsync(
            HttpMethod.Post,
            $"{NamespacePath}/serviceaccounts",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ServiceAccount",
                ["metadata"] = new JsonObject { ["name"] = "default" },
            },
            cancellationToken
        );
        if (!_madeDefinitions)
        {
            return;
        }

        foreach (var definition in Definitions())
        {
            await SendAsync(HttpMethod.Post, DefinitionsPath, definition, cancellationToken);
        }

        foreach (var plural in Plurals)
        {
            while (await FindAsync($"/apis/{Names.ApiVersion}/{plural}", cancellationToken) is null)
            {
                await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        // EC2 was simulated, so removing finalizers leaks no ENI.
        foreach (var plural in Plurals)
        {
            var collection = $"/apis/{Names.ApiVersion}/{plural}";
            foreach (
                var name in (await NamesAsync(collection, cancellationToken)).Where(name => name.StartsWith($"{Name}-", StringComparison.Ordinal))
            )
            {
                var path = $"{collection}/{name}";
                var none = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } };
                await SendAsync(HttpMethod.Delete, path, body: null, cancellationToken);
                await SendAsync(HttpMethod.Patch, path, none, cancellationToken);
            }
        }

        foreach (var node in _nodes)
        {
            await SendAsync(HttpMethod.Delete, $"/api/v1/nodes/{node}", body: null, cancellationToken);
            await SendAsync(HttpMethod.Delete, $"{Leases}/namespaces/kube-node-lease/leases/{node}", body: null, cancellationToken);
            foreach (var pod in await ListAsync($"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}", cancellationToken))
            {
                var path = $"/api/v1/namespaces/{pod["metadata"]!["namespace"]}/pods/{pod["metadata"]!["name"]}";
                await SendAsync(HttpMethod.Delete, $"{path}?gracePeriodSeconds=0", body: null, cancellationToken);
            }
        }

        foreach (var recorded in (await ListAsync("/api/v1/namespaces/default/events", cancellationToken)).Where(IsOurs))
        {
            await SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/default/events/{recorded["metadata"]!["name"]}", body: null, cancellationToken);
        }

        if (_madeDefinitions)
        {
            foreach (var plural in Plurals)
            {
                await SendAsync(HttpMethod.Delete, $"{DefinitionsPath}/{plural}.{Names.Group}", body: null, cancellationToken);
            }
        }

        await RemoveNamespaceAsync(cancellationToken);
    }

    // The namespace controller empties and finalizes a namespace; a bare API server has none,
    // so the demo does it.
    private async Task RemoveNamespaceAsync(CancellationToken cancellationToken)
    {
        string[] collections =
        [
            $"{NamespacePath}/pods",
            $"{NamespacePath}/serviceaccounts",
            $"{NamespacePath}/events",
            $"{Leases}/namespaces/{Name}/leases",
        ];
        foreach (var collection in collections)
        {
            foreach (var name in await NamesAsync(collection, cancellationToken))
            {
                await SendAsync(HttpMethod.Delete, $"{collection}/{name}?gracePeriodSeconds=0", body: null, cancellationToken);
            }
        }

        await SendAsync(HttpMethod.Delete, NamespacePath, body: null, cancellationToken);
        var begin = TimeProvider.System.GetTimestamp();
        while (await FindAsync(NamespacePath, cancellationToken) is { } left)
        {
            // The namespace controller reports its progress in conditions.
            if (TimeProvider.System.GetElapsedTime(begin) > NamespaceControllerTimeout && left["status"]?["conditions"] is null)
            {
                left["spec"] = new JsonObject { ["finalizers"] = new JsonArray() };
                await SendAsync(HttpMethod.Put, $"{NamespacePath}/finalize", left, cancellationToken);
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    private string Commands() =>
        $$$"""
                        To clean up, first make sure that its programs eni-controller and eni-manager have exited, then run:
              k="kubectl {{{_flags}}}"
              eval "$k get nodeenis,eniattachments -o name | grep /{{{Name}}}- | xargs -rn1 $k patch --type merge -p '{\"metadata\":{\"finalizers\":null}}'"
              eval "$k get nodeenis,eniattachments -o name | grep /{{{Name}}}- | xargs -r $k delete"
              eval "$k delete nodes -l {{{Name}}}=true"
              eval "$k get leases -n kube-node-lease -o name | grep /{{{Name}}}- | xargs -r $k delete -n kube-node-lease"
              eval "$k get events -n default -o name | grep /{{{Name}}}- | xargs -r $k delete -n default"
              eval "$k delete namespace {{{Name}}}"
                        If nothing else uses the CustomResourceDefinitions:
              eval "$k delete crd {{{Names.NodeEniPlural}}}.{{{Names.Group}}} {{{Names.EniAttachmentPlural}}}.{{{Names.Group}}}"
            """;

    private static bool IsOurs(JsonObject recorded)
    {
        var about = recorded["involvedObject"];
        var name = about?["name"]?.GetValue<string>() ?? "";
        return name.StartsWith($"{Name}-", StringComparison.Ordinal)
            && (about?["apiVersion"]?.GetValue<string>() == Names.ApiVersion || about?["kind"]?.GetValue<string>() == "Node");
    }

    private static bool IsOnEc2(JsonObject node) =>
        node["spec"]?["providerID"]?.GetValue<string>().StartsWith("aws://", StringComparison.Ordinal) is true;

    private static IEnumerable<JsonObject> Definitions()
    {
        var assembly = typeof(KubernetesSimulator).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("crds/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            foreach (var definition in YamlDocuments.Parse(reader.ReadToEnd()))
            {
                yield return definition;
            }
        }
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string collection, CancellationToken cancellationToken) =>
        [.. (await ListAsync(collection, cancellationToken)).Select(found => found["metadata"]!["name"]!.GetValue<string>())];

    private async Task<IReadOnlyList<JsonObject>> ListAsync(string collection, CancellationToken cancellationToken) =>
        [.. (await FindAsync(collection, cancellationToken))?["items"]?.AsArray().OfType<JsonObject>() ?? []];

    private async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(path, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        return JsonNode.Parse(await ReadAsync(response, path, cancellationToken))!.AsObject();
    }

    // Idempotent: deleting a missing object and creating an existing one both succeed.
    private async Task SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            var type = method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json";
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        var isAsWanted = response.StatusCode == (method == HttpMethod.Post ? HttpStatusCode.Conflict : HttpStatusCode.NotFound);
        if (!isAsWanted)
        {
            await ReadAsync(response, path, cancellationToken);
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? text
            : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {text}", inner: null, response.StatusCode);
    }
}
