using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Operations;
using MultiEni.Simulator.Kubernetes.Patching;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Selectors;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// The objects of the simulated cluster, in process: for simulated kubelets and for tests. The same
/// rules hold as over HTTP: defaults, validation, versions, finalizers. A resource is named as in
/// messages: <c>nodes</c>, <c>nodeenis.networking.k8s.aws</c>. Objects that go in are copied;
/// objects that come out are the caller's own. Refusals are <see cref="StatusException"/>s.
/// </summary>
public sealed class ObjectStore
{
    internal ObjectStore(KubernetesSimulatorOptions options)
    {
        Ledger = new Ledger(options.HistoryLength);
        Registry = new ResourceRegistry(BuiltInResources.All);
        Removals = new RemovalOperations(Ledger, Registry, options.TimeProvider, options.ControllerDelay);
        Operations = new ObjectOperations(Ledger, Registry, options.TimeProvider, Removals.Collector, AfterStored);
        foreach (var name in (ReadOnlySpan<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        }

        if (options.EnforcesAccess)
        {
            DefaultRoles.Install(this);
        }
    }

    /// <summary>The version of the last commit, to any resource.</summary>
    public long ResourceVersion => Ledger.Version;

    internal ResourceRegistry Registry { get; }

    internal Ledger Ledger { get; }

    internal ObjectOperations Operations { get; }

    internal RemovalOperations Removals { get; }

    /// <summary>Creates an object. Its namespace is the one in its metadata.</summary>
    /// <param name="resource">Such as <c>nodes</c>.</param>
    /// <param name="obj">The object; apiVersion and kind may be left out.</param>
    /// <param name="options">How to write; null for a plain write.</param>
    /// <param name="taintNode">
    /// Whether a node starts with the taint of nodes that are not ready.
    /// </param>
    /// <exception cref="StatusException">
    /// 409 AlreadyExists, 422 Invalid, 404 for the namespace.
    /// </exception>
    public JsonObject Create(string resource, JsonObject obj, WriteOptions? options = null, bool taintNode = true)
    {
        var definition = Definition(resource);
        var inNamespace = definition.Namespaced ? obj.Text("metadata", "namespace") ?? "default" : "";
        return Operations.Create(definition, inNamespace, obj, options ?? WriteOptions.Default, taintNode).Object.Thaw();
    }

    /// <summary>The object, or null.</summary>
    public JsonObject? Find(string resource, string name, string inNamespace = "") =>
        Ledger.Find(Definition(resource), Key(resource, name, inNamespace))?.Thaw();

    /// <summary>The object.</summary>
    /// <exception cref="StatusException">404: there is none.</exception>
    public JsonObject Get(string resource, string name, string inNamespace = "") =>
        Find(resource, name, inNamespace) ?? throw StatusErrors.NotFound(Definition(resource), name);

    /// <summary>All objects that match, by namespace and name.</summary>
    public IReadOnlyList<JsonObject> List(string resource, string inNamespace = "", string? labels = null, string? fields = null)
    {
        var filter = Filter(resource, inNamespace, labels, fields);
        return [.. Ledger.Snapshot(Definition(resource)).Objects.Values.Where(filter.Matches).Select(static obj => obj.Thaw())];
    }

    /// <summary>How many objects match.</summary>
    public int Count(string resource, string? labels = null, string? fields = null)
    {
        var filter = Filter(resource, "", labels, fields);
        return Ledger.Snapshot(Definition(resource)).Objects.Values.Count(filter.Matches);
    }

    /// <summary>
    /// Replaces an object, or its status. With a resourceVersion in its metadata it fails if the
    /// object has changed since.
    /// </summary>
    /// <exception cref="StatusException">404, 409 Conflict, 422 Invalid.</exception>
    public JsonObject Update(string resource, JsonObject obj, WriteOptions? options = null)
    {
        var key = Key(resource, obj.Text("metadata", "name") ?? "", obj.Text("metadata", "namespace") ?? "");
        return Operations.Update(Definition(resource), key, _ => obj.Copy(), options ?? WriteOptions.Default).Object.Thaw();
    }

    /// <summary>
    /// Changes an object by a function of its present state, which is called again when another
    /// writer was faster.
    /// </summary>
    /// <exception cref="StatusException">404, 422 Invalid.</exception>
    public JsonObject Change(string resource, string name, Action<JsonObject> change, WriteOptions? options = null, string inNamespace = "") =>
        Operations
            .Update(
                Definition(resource),
                Key(resource, name, inNamespace),
                live =>
                {
                    change(live);
                    return live;
                },
                options ?? WriteOptions.Default
            )
            .Object.Thaw();

    /// <summary>Applies a JSON merge patch.</summary>
    /// <exception cref="StatusException">404, 409 Conflict, 422 Invalid.</exception>
    public JsonObject MergePatch(string resource, string name, JsonObject patch, WriteOptions? options = null, string inNamespace = "") =>
        Operations
            .Update(
                Definition(resource),
                Key(resource, name, inNamespace),
                live => JsonMergePatch.Apply(live, patch).AsObject(),
                options ?? WriteOptions.Default
            )
            .Object.Thaw();

    /// <summary>
    /// Applies a configuration, as server-side apply does. Apply needs a field manager.
    /// </summary>
    /// <exception cref="StatusException">
    /// 409 Conflict with the fields that others own, 422 Invalid.
    /// </exception>
    public JsonObject Apply(string resource, JsonObject configuration, WriteOptions options)
    {
        var definition = Definition(resource);
        var wanted = configuration.Copy();
        wanted["apiVersion"] ??= definition.ApiVersion;
        wanted["kind"] ??= definition.Kind;
        var key = Key(resource, wanted.Text("metadata", "name") ?? "", wanted.Text("metadata", "namespace") ?? "");
        return Operations.Apply(definition, key, wanted, options).Object.Thaw();
    }

    /// <summary>Deletes an object; finalizers and grace periods hold it.</summary>
    /// <returns>Whether it is gone.</returns>
    /// <exception cref="StatusException">404, 409 when a precondition fails.</exception>
    public bool Delete(string resource, string name, string inNamespace = "", RemovalOptions? options = null) =>
        Removals.Remove(Definition(resource), Key(resource, name, inNamespace), options ?? RemovalOptions.Default).IsGone;

    /// <summary>
    /// Tells the changes of a resource as they are committed, until cancelled. A selector turns
    /// leaving it into a deletion.
    /// </summary>
    /// <param name="resource">Such as <c>pods</c>.</param>
    /// <param name="inNamespace">Empty for all.</param>
    /// <param name="labels">A label selector, or null.</param>
    /// <param name="fields">A field selector, or null.</param>
    /// <param name="since">
    /// The version after which changes are told; null begins with an Added for each object there
    /// is.
    /// </param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="StatusException">
    /// 410: <paramref name="since"/> is older than the history.
    /// </exception>
    public async IAsyncEnumerable<ObjectChange> WatchAsync(
        string resource,
        string inNamespace,
        string? labels,
        string? fields,
        long? since,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var watcher = Ledger.Watch(Definition(resource), Filter(resource, inNamespace, labels, fields), since);
        await foreach (var (change, _) in watcher.Changes.ReadAllAsync(cancellationToken))
        {
            yield return new ObjectChange(change.Type, change.ResourceVersion, change.Object?.Thaw());
        }
    }

    /// <summary>
    /// Forgets the history of changes: watches and lists from earlier versions get 410 from now on.
    /// </summary>
    public void CompactHistory() => Ledger.Compact();

    private void AfterStored(ResourceDefinition resource, StoredObject stored)
    {
        if (resource.GroupResource == "customresourcedefinitions.apiextensions.k8s.io")
        {
            Registry.Add(CustomResources.Read(stored.Thaw()));
        }
    }

    private ResourceDefinition Definition(string resource) =>
        Registry.Find(resource) ?? throw new ArgumentException($"the simulated API server does not serve {resource}", nameof(resource));

    private ObjectKey Key(string resource, string name, string inNamespace) =>
        Definition(resource).Namespaced ? new ObjectKey(inNamespace.Length == 0 ? "default" : inNamespace, name) : new ObjectKey("", name);

    private ObjectFilter Filter(string resource, string inNamespace, string? labels, string? fields) =>
        new(inNamespace, LabelSelector.Parse(labels), FieldSelector.Parse(fields, Definition(resource)));
}
