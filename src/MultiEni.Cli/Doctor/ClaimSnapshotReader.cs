using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.DeviceClasses;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Reads what is offered to claims, and the claims of the driver with their pods. A cluster without
/// the API costs one request.
/// </summary>
internal sealed class ClaimSnapshotReader(ClusterConnection connection)
{
    /// <summary>Reads everything sequentially.</summary>
    public async Task<ClaimSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var slices = await ListAsync(
            ClusterKinds.ResourceSlice,
            new ListOptions { FieldSelector = $"spec.driver={ClaimNames.Driver}" },
            cancellationToken
        );
        if (slices.IsMissing)
        {
            return new ClaimSnapshot { Slices = slices };
        }

        var classes = await ListAsync(DeviceClass.ResourceKind, new ListOptions(), cancellationToken);
        var claims = await ListAsync(ClusterKinds.ResourceClaim, new ListOptions(), cancellationToken);
        var snapshot = new ClaimSnapshot
        {
            Slices = slices,
            Classes = classes,
            Claims = claims,
        };
        var pods = new ReadResult<IReadOnlyList<ClusterPod>>([], null);
        var failures = new ReadResult<IReadOnlyList<KubernetesEvent>>([], null);
        foreach (var home in snapshot.OfDriver.Select(claim => claim.Metadata.Namespace).Distinct(StringComparer.Ordinal))
        {
            pods = With(pods, await ListAsync(ClusterKinds.Pod, new ListOptions { Namespace = home }, cancellationToken));
            var ofPrepare = new ListOptions { Namespace = home, FieldSelector = $"reason={ClaimSnapshot.PrepareFailed}" };
            failures = With(failures, await ListAsync(KubernetesEvent.Resource, ofPrepare, cancellationToken));
        }

        return snapshot with
        {
            Pods = pods,
            PrepareFailures = failures,
        };
    }

    // What one namespace refuses is missing as a whole: half of the pods are not shown as all.
    private static ReadResult<IReadOnlyList<T>> With<T>(ReadResult<IReadOnlyList<T>> all, ReadResult<IReadOnlyList<T>> more) =>
        all.Value is { } before && more.Value is { } next
            ? new ReadResult<IReadOnlyList<T>>([.. before, .. next], null)
            : new ReadResult<IReadOnlyList<T>>(null, all.Error ?? more.Error);

    private Task<ReadResult<IReadOnlyList<T>>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ReadResult.TryAsync(() => connection.ListAsync(kind, options, cancellationToken));
}

/// <summary>What is offered to claims, and who has or wants it.</summary>
internal sealed record ClaimSnapshot
{
    /// <summary>Reason of the kubelet's events about claims that were not prepared.</summary>
    public const string PrepareFailed = "FailedPrepareDynamicResources";

    /// <summary>ResourceSlices of the driver; missing if the server does not serve resource.k8s.io/v1.</summary>
    public required ReadResult<IReadOnlyList<ResourceSlice>> Slices { get; init; }

    /// <summary>All DeviceClasses.</summary>
    public ReadResult<IReadOnlyList<DeviceClass>> Classes { get; init; }

    /// <summary>All ResourceClaims, also of other drivers.</summary>
    public ReadResult<IReadOnlyList<ClusterClaim>> Claims { get; init; }

    /// <summary>Pods in the namespaces of the driver's claims.</summary>
    public ReadResult<IReadOnlyList<ClusterPod>> Pods { get; init; }

    /// <summary>Events in these namespaces about claims that were not prepared.</summary>
    public ReadResult<IReadOnlyList<KubernetesEvent>> PrepareFailures { get; init; }

    /// <summary>Claims that have devices of the driver, or request a class of its devices.</summary>
    public IReadOnlyList<ClusterClaim> OfDriver =>
        [
            .. (Claims.Value ?? [])
                .Where(claim =>
                    claim.Status?.Allocation is null ? claim.Requests.Any(request => IsOfDriver(request.DeviceClassName)) : claim.Devices.Any()
                )
                .OrderBy(claim => claim.ToString(), StringComparer.Ordinal),
        ];

    /// <summary>
    /// All conditions on a device of a request: those of its class, and its own. The name of the driver's
    /// own class is known even if classes cannot be read.
    /// </summary>
    public IReadOnlyList<string> ConditionsOf(DeviceRequest request) =>
        [
            .. (Class(request.DeviceClassName)?.Spec?.Selectors ?? [])
                .Concat(request.Selectors ?? [])
                .Select(selector => selector.Cel?.Expression ?? "")
                .Where(expression => expression.Length > 0),
        ];

    /// <summary>Pods that use a claim; null if pods could not be read.</summary>
    public IReadOnlyList<ClusterPod>? PodsOf(ClusterClaim claim)
    {
        var owner = claim.Metadata.OwnerReferences?.Find(reference => reference.Kind == "Pod");
        return Pods.Value is null
            ? null
            :
            [
                .. Pods.Value.Where(pod =>
                    pod.Metadata.Namespace == claim.Metadata.Namespace
                    && (
                        pod.Metadata.Name == owner?.Name
                        || claim.Pods.Contains(pod.Metadata.Name)
                        || pod.Spec.ResourceClaims?.Exists(use => use.ResourceClaimName == claim.Metadata.Name) == true
                    )
                ),
            ];
    }

    private DeviceClass? Class(string name) => (Classes.Value ?? []).FirstOrDefault(found => found.Metadata.Name == name);

    private bool IsOfDriver(string name) =>
        name == ClaimNames.Driver
        || Class(name)?.Spec?.Selectors.Exists(selector => selector.Cel?.Expression?.Contains(ClaimNames.Driver, StringComparison.Ordinal) == true)
            == true;
}
