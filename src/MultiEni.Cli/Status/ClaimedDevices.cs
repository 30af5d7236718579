using MultiEni.Api.ResourceClaims;

namespace MultiEni.Cli.Status;

/// <summary>Which devices of ours ResourceClaims have. Pure.</summary>
internal static class ClaimedDevices
{
    /// <summary>The devices of a claim, each with what is said of the claim.</summary>
    public static IEnumerable<KeyValuePair<DeviceOfNode, ClaimStatusItem>> Of(ResourceClaim claim) =>
        (claim.Status?.Allocation?.Devices.Results ?? [])
            .Where(device => device.Driver == ClaimNames.Driver && device.AdminAccess != true)
            .Select(device =>
                KeyValuePair.Create(
                    new DeviceOfNode(device.Pool, device.Device),
                    new ClaimStatusItem(
                        claim.Metadata.Namespace ?? "",
                        claim.Metadata.Name,
                        [.. (claim.Status?.ReservedFor ?? []).Where(user => user.Resource == "pods").Select(user => user.Name)]
                    )
                )
            );

    /// <summary>The claims that have each device.</summary>
    public static ILookup<DeviceOfNode, ClaimStatusItem> Holders(IEnumerable<ResourceClaim> claims) =>
        claims.SelectMany(Of).ToLookup(device => device.Key, device => device.Value);
}

/// <summary>A device in the way claims name it: the pool is the node, the device the ENI.</summary>
internal readonly record struct DeviceOfNode(string Node, string EniId);
