using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Claims;

/// <summary>
/// Whether the API server has a claim to which a device of this node is allocated. Nothing on the
/// node knows before the kubelet wants the claim prepared, which may take long: its pod may be
/// pulling images, or its preparation may fail again and again.
/// </summary>
/// <remarks>
/// Claims can be selected neither by node nor by device, so that all of them have to be listed:
/// only when a device is about to be taken back, and once more when the claim that was found has
/// let it go.
/// </remarks>
/// <param name="client">Claims in the API server.</param>
/// <param name="node">The node, and so the pool.</param>
internal sealed class AllocatedClaims(ClaimClient client, string node)
{
    /// <summary>Asks for some devices.</summary>
    /// <param name="devices">
    /// Names of the devices, each with the claim that had it when it was last asked for; null for
    /// none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is the case of each.</returns>
    public async Task<IReadOnlyDictionary<string, DeviceAllocationState>> AskAsync(
        IReadOnlyDictionary<string, ClaimReference?> devices,
        CancellationToken cancellationToken
    )
    {
        var states = new Dictionary<string, DeviceAllocationState>(StringComparer.Ordinal);
        try
        {
            foreach (var (device, last) in devices)
            {
                if (
                    last is not null
                    && await client.GetAsync(last, cancellationToken) is { } claim
                    && claim.Metadata.Uid == last.Uid
                    && Has(claim, node, device)
                )
                {
                    states[device] = new DeviceAllocationState.Allocated(last);
                }
            }

            if (states.Count < devices.Count)
            {
                var claims = await client.ListAsync(cancellationToken);
                foreach (var device in devices.Keys.Where(device => !states.ContainsKey(device)))
                {
                    states[device] = HolderOf(claims, node, device) is { } holder
                        ? new DeviceAllocationState.Allocated(holder)
                        : new DeviceAllocationState.Free();
                }
            }
        }
        catch (Exception error) when (KubernetesFailure.Is(error))
        {
            foreach (var device in devices.Keys.Where(device => !states.ContainsKey(device)))
            {
                states[device] = new DeviceAllocationState.Unknown(error.Message);
            }
        }

        return states;
    }

    /// <summary>
    /// The claim to which a device is allocated; null when there is none. Claims that only look at
    /// a device do not have it.
    /// </summary>
    public static ClaimReference? HolderOf(IEnumerable<ResourceClaim> claims, string node, string device) =>
        claims.FirstOrDefault(claim => Has(claim, node, device)) is { Metadata: var metadata }
            ? new ClaimReference(metadata.Namespace ?? "", metadata.Name, metadata.Uid ?? "")
            : null;

    private static bool Has(ResourceClaim claim, string node, string device) =>
        claim.Status?.Allocation?.Devices.Results?.Exists(result =>
            result.Driver == ClaimNames.Driver && result.Pool == node && result.Device == device && result.AdminAccess != true
        ) == true;
}

/// <summary>Whether a device is allocated to a claim of the API server.</summary>
internal abstract record DeviceAllocationState
{
    private DeviceAllocationState() { }

    /// <summary>To none.</summary>
    public sealed record Free : DeviceAllocationState;

    /// <summary>To a claim, prepared or not.</summary>
    public sealed record Allocated(ClaimReference Claim) : DeviceAllocationState;

    /// <summary>It cannot be told, which counts as allocated.</summary>
    /// <param name="Why">What went wrong.</param>
    public sealed record Unknown(string Why) : DeviceAllocationState;
}
