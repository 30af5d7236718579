using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Claims;

/// <summary>Claims as the API server has them.</summary>
internal sealed class ClaimClient(KubernetesClient client)
{
    /// <summary>
    /// The claim of that name, which may be another one by now; null when there is none.
    /// </summary>
    public Task<ResourceClaim?> GetAsync(ClaimReference claim, CancellationToken cancellationToken) =>
        client.GetAsync(Kinds.ResourceClaim, new ObjectKey(claim.Namespace, claim.Name), cancellationToken);

    /// <summary>All claims of the cluster, in their newest state.</summary>
    public Task<IReadOnlyList<ResourceClaim>> ListAsync(CancellationToken cancellationToken) =>
        client.ListAllAsync(Kinds.ResourceClaim, new ListOptions(), cancellationToken);

    /// <summary>
    /// Says in the claim's status how its devices are reached. Of a device with a DPDK driver that
    /// is the only place where an operator finds its addresses.
    /// </summary>
    public Task ReportAsync(PreparedClaim claim, CancellationToken cancellationToken) =>
        client.ApplyAsync(
            Kinds.ResourceClaim,
            new ResourceClaim
            {
                // With the uid a claim that was made anew under the name is refused.
                Metadata = new ObjectMeta
                {
                    Namespace = claim.Namespace,
                    Name = claim.Name,
                    Uid = claim.Uid,
                },
                Status = new ResourceClaimStatus
                {
                    Devices =
                    [
                        .. claim.Devices.Select(device => new AllocatedDeviceStatus
                        {
                            Driver = ClaimNames.Driver,
                            Pool = device.Pool,
                            Device = device.Device,
                            NetworkData = DeviceMetadata.NetworkOf(device),
                        }),
                    ],
                },
            },
            ClaimNames.Driver,
            force: true,
            "status",
            cancellationToken
        );
}
