using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Kubelet.Dra;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// Decides what a claim's preparation is: which device, with which driver, or why not. A scheduler
/// may give a device away while an earlier claim is still prepared, because a pod that was deleted
/// by force lives on at its kubelet, so the node itself must know who has what.
/// </summary>
internal static class PrepareDecision
{
    /// <summary>Decides.</summary>
    public static PrepareStep Decide(PrepareObservation seen)
    {
        if (seen.Claim is not { } claim)
        {
            return Refuse($"Claim {seen.Asked} does not exist any more. Delete the pod, whose claim is gone.");
        }

        if (claim.Metadata.Uid != seen.Asked.Uid)
        {
            return Refuse(
                $"Claim {seen.Asked} has the uid {claim.Metadata.Uid} and the pod was given {seen.Asked.Uid}: the claim was deleted and made anew. Delete the pod."
            );
        }

        if (claim.Status?.Allocation?.Devices is not { } allocation)
        {
            return Refuse($"Claim {seen.Asked} has no allocation. Delete the pod, so that the scheduler gives it devices.");
        }

        var plan = new PreparedClaim
        {
            Namespace = seen.Asked.Namespace,
            Name = seen.Asked.Name,
            Uid = seen.Asked.Uid,
            PodClaimName = claim.Metadata.Annotations?.GetValueOrDefault(ClaimNames.PodClaimName),
            BootId = seen.BootId,
            Phase = ClaimPhase.Preparing,
        };
        foreach (var result in (allocation.Results ?? []).Where(result => result.Driver == ClaimNames.Driver))
        {
            switch (DecideDevice(seen, result, allocation.Config))
            {
                case DevicePlan.Refused refused:
                    return new PrepareStep.Refuse(refused.Why, refused.Reason);
                case DevicePlan.Planned planned when plan.Devices.Find(device => device.Device == planned.Device.Device) is { } twice:
                    // Seen by several requests of one claim, of which all but one only look at it.
                    Join(twice, planned.Device);
                    break;
                case DevicePlan.Planned planned:
                    plan.Devices.Add(planned.Device);
                    break;
            }
        }

        return new PrepareStep.Prepare(plan);
    }

    /// <summary>What is said of a device that another claim has.</summary>
    public static string StillPrepared(string device, string claim, PreparedClaim holder, string node) =>
        $"Device {device} of claim {claim} is still prepared for claim {holder} ({holder.Uid}), whose pod has not ended on node {node}. "
        + "It is prepared as soon as that has ended.";

    /// <summary>What is said of a device that is not there for claims.</summary>
    public static string NotOffered(string device, string claim, string node) =>
        $"Device {device} of claim {claim} is not, or no longer, offered on node {node}: its ENI was detached, or no NodeENI asks for it. "
        + "Delete the pod, so that it gets another device.";

    private static DevicePlan DecideDevice(PrepareObservation seen, AllocatedDevice result, List<AllocationConfig>? config)
    {
        if (result.Pool != seen.Node)
        {
            return Refused(
                $"Device {result.Device} of claim {seen.Asked} is of pool {result.Pool}, and this node offers pool {seen.Node} only. Delete the pod.",
                ClaimFailures.DeviceUnavailable
            );
        }

        if (seen.Devices.FirstOrDefault(entry => entry.Device.Name == result.Device) is not { } entry)
        {
            // Begun before a restart: nobody else may touch the device meanwhile, so that it could
            // not be offered again either before this claim has it, or has ended.
            var begun = seen.Prepared.FirstOrDefault(claim => claim.Uid == seen.Asked.Uid && claim.Phase == ClaimPhase.Preparing);
            if (begun?.Devices.Find(device => device.Device == result.Device) is { } noted)
            {
                return new DevicePlan.Planned(noted with { Requests = [result.MainRequest] });
            }

            return Refused(NotOffered(result.Device, seen.Asked.ToString(), seen.Node), ClaimFailures.DeviceUnavailable);
        }

        var isAdmin = result.AdminAccess == true;
        if (entry.Standing is DeviceStanding.Gone { Why: var gone })
        {
            return Refused(
                $"Device {result.Device} of claim {seen.Asked} cannot be used: {gone.Message} Delete the pod, so that it gets another device.",
                ClaimFailures.DeviceUnavailable
            );
        }

        if (entry.Standing is DeviceStanding.Unusable { Why: var why } && !isAdmin)
        {
            return Refused($"Device {result.Device} of claim {seen.Asked} cannot be used: {why.Message}", ClaimFailures.DeviceUnavailable);
        }

        var holder = seen.Prepared.FirstOrDefault(other => other.Uid != seen.Asked.Uid && HolderOf(other, entry.Device) is not null);
        if (isAdmin)
        {
            return Planned(seen, result, entry.Device, DriverNow(entry.Device, holder), isAdmin: true);
        }

        if (holder is not null)
        {
            return Refused(StillPrepared(result.Device, seen.Asked.ToString(), holder, seen.Node), ClaimFailures.DeviceInUse);
        }

        return ClaimConfigReader.Read(config, result) switch
        {
            ReadConfig.Valid valid => WithMode(seen, result, entry.Device, valid.Config),
            ReadConfig.Invalid invalid => Refused($"Request {result.Request} of claim {seen.Asked}: {invalid.Why}"),
            var other => throw new InvalidOperationException($"No such outcome: {other}."),
        };
    }

    private static DevicePlan WithMode(PrepareObservation seen, AllocatedDevice result, ClaimableDevice device, EniClaimConfig config)
    {
        // Whoever names a driver does not want the kernel's interface.
        var mode = config.Mode ?? (config.Driver is null ? device.DefaultMode : ClaimModes.Dpdk);
        var present = device.Offer.Driver;
        var what = $"Request {result.Request} of claim {seen.Asked}";
        if (device.IsAlwaysBound)
        {
            return (mode, config.Driver) switch
            {
                (ClaimModes.Kernel, _) => Refused(
                    $"{what} wants device {result.Device} in mode kernel, and {present} has it all the time. Set spec.dpdkBinding: WhenClaimed in NodeENI "
                        + $"{device.Eni.NodeEni}, or leave mode out of the claim's configuration."
                ),
                (_, { } other) when other != present => Refused(
                    $"{what} wants device {result.Device} with the driver {other}, and {present} has it all the time. Set spec.dpdkBinding: WhenClaimed in NodeENI "
                        + $"{device.Eni.NodeEni}, or leave driver out of the claim's configuration."
                ),
                _ => Planned(seen, result, device, present),
            };
        }

        if (mode == ClaimModes.Kernel)
        {
            return Planned(seen, result, device, present);
        }

        if (device.Eni.ClaimDriver is not { } driver)
        {
            return Refused(
                $"{what} wants device {result.Device} in mode dpdk, and NodeENI {device.Eni.NodeEni} does not allow that. Set spec.enableDPDK: true and spec.dpdkBinding: "
                    + $"WhenClaimed in NodeENI {device.Eni.NodeEni}, or set mode: kernel{(config.Driver is null ? "" : " and no driver")} in the claim's configuration."
            );
        }

        return seen.DpdkEnabled
            ? Planned(seen, result, device, config.Driver ?? driver, isBoundForClaim: true)
            : Refused(
                $"{what} wants device {result.Device} in mode dpdk, and ENABLE_DPDK is false on node {seen.Node}. Set it to true (eniManager.dpdk.enabled), or "
                    + "set mode: kernel in the claim's configuration."
            );
    }

    private static DevicePlan.Planned Planned(
        PrepareObservation seen,
        AllocatedDevice result,
        ClaimableDevice device,
        string driver,
        bool isBoundForClaim = false,
        bool isAdmin = false
    ) =>
        new(
            new PreparedClaimDevice
            {
                Requests = [result.MainRequest],
                Pool = seen.Node,
                Device = device.Name,
                PciAddress = device.Offer.Address.ToString(),
                Ids = device.Offer.Ids.ToString(),
                Resource = device.Offer.Resource.ToString(),
                Mode = DpdkDrivers.Contains(driver) ? ClaimModes.Dpdk : ClaimModes.Kernel,
                Driver = driver,
                IsBoundForClaim = isBoundForClaim,
                IsAdminAccess = isAdmin,
                Eni = device.Eni,
                Host = device.Host,
            }
        );

    // Whoever looks at a device sees it as whoever has it has made it.
    private static string DriverNow(ClaimableDevice device, PreparedClaim? holder) =>
        holder is null ? device.Offer.Driver : HolderOf(holder, device)!.Driver;

    private static PreparedClaimDevice? HolderOf(PreparedClaim claim, ClaimableDevice device) =>
        claim.Holds(device.Name, device.Offer.Address.ToString());

    private static void Join(PreparedClaimDevice device, PreparedClaimDevice again)
    {
        device.Requests = [.. device.Requests.Union(again.Requests, StringComparer.Ordinal)];
        if (device.IsAdminAccess && !again.IsAdminAccess)
        {
            (device.IsAdminAccess, device.Mode, device.Driver, device.IsBoundForClaim) = (false, again.Mode, again.Driver, again.IsBoundForClaim);
        }
    }

    private static PrepareStep.Refuse Refuse(string why) => new(why, ClaimFailures.InvalidClaim);

    private static DevicePlan.Refused Refused(string why, string reason = ClaimFailures.InvalidClaim) => new(why, reason);

    private abstract record DevicePlan
    {
        public sealed record Planned(PreparedClaimDevice Device) : DevicePlan;

        public sealed record Refused(string Why, string Reason) : DevicePlan;
    }
}

/// <summary>Everything that a claim's preparation depends on.</summary>
internal sealed record PrepareObservation
{
    /// <summary>The claim as the kubelet names it.</summary>
    public required ClaimReference Asked { get; init; }

    /// <summary>The claim of that name as the API server has it; null when it has none.</summary>
    public required ResourceClaim? Claim { get; init; }

    /// <summary>The node, and so the pool.</summary>
    public required string Node { get; init; }

    /// <summary>The node's present boot.</summary>
    public required string BootId { get; init; }

    /// <summary>What the node offers.</summary>
    public IReadOnlyCollection<SliceEntry> Devices { get; init; } = [];

    /// <summary>Claims of this boot that are prepared, or on their way there or back.</summary>
    public IReadOnlyList<PreparedClaim> Prepared { get; init; } = [];

    /// <summary>Whether the node's administrator allows binding at all.</summary>
    public bool DpdkEnabled { get; init; } = true;
}

/// <summary>What is done about a claim.</summary>
internal abstract record PrepareStep
{
    private PrepareStep() { }

    /// <summary>Prepare it like this.</summary>
    public sealed record Prepare(PreparedClaim Plan) : PrepareStep;

    /// <summary>It must not, or cannot, be prepared.</summary>
    /// <param name="Why">What, and what helps.</param>
    /// <param name="Reason">One of <see cref="ClaimFailures"/>.</param>
    public sealed record Refuse(string Why, string Reason) : PrepareStep;
}
