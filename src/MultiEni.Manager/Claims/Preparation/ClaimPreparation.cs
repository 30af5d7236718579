using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// Prepares a claim as it was planned, and takes that back: note, bind, look, write the files,
/// note. Killed before any write and asked again, both end as they would have.
/// </summary>
internal sealed class ClaimPreparation(PreparedClaims claims, ClaimBinding binding, ClaimFiles files, NodeHost host)
{
    private readonly DeviceChecker _checker = new(host);
    private readonly HostReader _reader = new(host);

    /// <summary>Prepares.</summary>
    /// <param name="plan">What is to be.</param>
    /// <param name="isOffered">
    /// Whether a device is still there for claims: asked when the claim is noted, from when on
    /// nobody takes the device back.
    /// </param>
    /// <param name="doing">Told what is being waited for.</param>
    /// <param name="cancellationToken">
    /// Ends the wait; what was begun is finished when the claim is asked for again.
    /// </param>
    public async Task<PrepareAnswer> PrepareAsync(
        PreparedClaim plan,
        Func<PreparedClaimDevice, bool> isOffered,
        Action<string> doing,
        CancellationToken cancellationToken
    )
    {
        if (plan.Devices.Count == 0)
        {
            return new PrepareAnswer.Prepared([]);
        }

        try
        {
            if (Begin(plan, isOffered) is { } refused)
            {
                return refused;
            }

            var devices = new List<PreparedClaimDevice>();
            foreach (var device in plan.Devices)
            {
                if (await BindAsync(device, doing, cancellationToken) is { } unbound)
                {
                    return Refuse(plan, device, unbound);
                }

                doing($"a look at {device.Device}");
                switch (await LookAsync(device, cancellationToken))
                {
                    case (_, { } unusable):
                        return Refuse(plan, device, unusable);
                    case ({ } found, _):
                        devices.Add(found);
                        break;
                }
            }

            var prepared = plan with { Phase = ClaimPhase.Prepared, Devices = devices };
            doing("the files of the claim");
            files.Write(prepared);
            claims.Save(prepared);
            return Answer(prepared);
        }
        catch (Exception error) when (error is JournalException or InvalidDataException)
        {
            return new PrepareAnswer.Refused($"Claim {plan}: {error.Message}") { Reason = ClaimFailures.FilesUnwritable };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new PrepareAnswer.Refused(
                $"The files of claim {plan} cannot be written ({error.Message}). See that the eni-manager container has the host folders of CDI_ROOT and KUBELET_ROOT mounted "
                    + "at the same paths, and that their disks have room."
            )
            {
                Reason = ClaimFailures.FilesUnwritable,
            };
        }
    }

    /// <summary>
    /// Answers for a claim that is prepared already. Files that somebody has removed are written
    /// again.
    /// </summary>
    public PrepareAnswer Again(PreparedClaim prepared)
    {
        try
        {
            files.Write(prepared);
            return Answer(prepared);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new PrepareAnswer.Refused($"The files of claim {prepared} cannot be written ({error.Message}). See that their disks have room.")
            {
                Reason = ClaimFailures.FilesUnwritable,
            };
        }
    }

    /// <summary>Takes back what was done for a claim.</summary>
    /// <param name="claim">The claim as it was noted.</param>
    /// <param name="doing">Told what is being waited for.</param>
    /// <param name="cancellationToken">
    /// Ends the wait; what was begun is finished when the claim is asked for again.
    /// </param>
    public async Task<UnprepareAnswer> UnprepareAsync(PreparedClaim claim, Action<string> doing, CancellationToken cancellationToken)
    {
        try
        {
            if (claim.Phase != ClaimPhase.Unpreparing)
            {
                claims.Save(claim with { Phase = ClaimPhase.Unpreparing });
            }

            files.Remove(claim);
            foreach (var device in claim.Devices.Where(device => device.IsBoundForClaim))
            {
                doing($"{device.Device} to be given back by {device.Driver}");
                if (await binding.GiveBackAsync(device.Address, claim.BootId, cancellationToken) is { } held)
                {
                    return new UnprepareAnswer.Refused($"Device {device.Device} of claim {claim} could not be given back: {held.Message}")
                    {
                        Reason = held.Reason,
                    };
                }
            }

            claims.Remove(claim.Uid);
            return new UnprepareAnswer.Done();
        }
        catch (Exception error) when (error is JournalException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new UnprepareAnswer.Refused($"Claim {claim}: {error.Message}") { Reason = ClaimFailures.FilesUnwritable };
        }
    }

    // Between the decision and this moment the API server and the kubelet were asked.
    private PrepareAnswer.Refused? Begin(PreparedClaim plan, Func<PreparedClaimDevice, bool> isOffered)
    {
        var isBegun = claims.Find(plan.Uid, plan.BootId) is not null;
        if (claims.Begin(plan) is var (holder, held))
        {
            return new PrepareAnswer.Refused(PrepareDecision.StillPrepared(held.Device, plan.ToString(), holder, held.Pool))
            {
                Reason = ClaimFailures.DeviceInUse,
            };
        }

        if (isBegun || plan.Devices.Find(device => !isOffered(device)) is not { } missing)
        {
            return null;
        }

        claims.Remove(plan.Uid);
        return new PrepareAnswer.Refused(PrepareDecision.NotOffered(missing.Device, plan.ToString(), missing.Pool))
        {
            Reason = ClaimFailures.DeviceUnavailable,
        };
    }

    private static PrepareAnswer.Prepared Answer(PreparedClaim claim) =>
        new([.. claim.Devices.Select(device => new PreparedDevice(device.Requests, device.Pool, device.Device, CdiSpecs.IdsOf(claim, device)))]);

    private static PrepareAnswer.Refused Refuse(PreparedClaim claim, PreparedClaimDevice device, Blocker why) =>
        new($"Device {device.Device} of claim {claim} cannot be prepared: {why.Message}") { Reason = why.Reason };

    private async Task<Blocker?> BindAsync(PreparedClaimDevice device, Action<string> doing, CancellationToken cancellationToken)
    {
        if (!device.IsBoundForClaim)
        {
            return null;
        }

        doing($"{device.Device} to be bound to {device.Driver}");
        return await binding.BindAsync(device, cancellationToken);
    }

    // What was verified when it was offered may be different by now.
    private async Task<(PreparedClaimDevice? Found, Blocker? Why)> LookAsync(PreparedClaimDevice device, CancellationToken cancellationToken)
    {
        var offered = new OfferedDevice(ResourceName.Parse(device.Resource), device.Address, PciIds.Parse(device.Ids), device.Driver);
        switch (await _checker.CheckAsync(offered, cancellationToken))
        {
            case DeviceCheck.Unusable unusable:
                return (null, unusable.Why);
            case DeviceCheck.Usable usable:
                var seen = await _reader.ReadDeviceAsync(device.Address, cancellationToken);
                if (await OtherAsync(device, seen?.InterfaceName, cancellationToken) is { } shown)
                {
                    return (
                        null,
                        new Blocker(Reasons.DeviceRemoved, $"{device.Address} shows the hardware address {shown}, and not that of {device.Device}.")
                    );
                }

                return (
                    device with
                    {
                        Nodes = [.. usable.Nodes.SelectMany(NamesOf)],
                        InterfaceName = seen?.InterfaceName,
                        Host = device.Host with
                        {
                            BehindIommu = device.Driver == DpdkDrivers.VfioPci ? seen?.NoIommu == false : device.Host.BehindIommu,
                        },
                    },
                    null
                );
            case var other:
                throw new InvalidOperationException($"No such outcome: {other}.");
        }
    }

    // The hardware address of another ENI that was plugged in there meanwhile.
    private async Task<string?> OtherAsync(PreparedClaimDevice device, string? interfaceName, CancellationToken cancellationToken) =>
        interfaceName is not null
        && (await host.Links.ReadAsync(cancellationToken)).Links.FirstOrDefault(link => link.Name == interfaceName)?.MacAddress is { } text
        && MacAddress.TryParse(text, out var shown)
        && MacAddress.TryParse(device.Eni.MacAddress, out var own)
        && shown != own
            ? text
            : null;

    // Without an IOMMU the node has another name. Some look for the group's plain name, as device
    // plugins show it, and some for that of the host.
    private static IEnumerable<ClaimedNode> NamesOf(DeviceNode node)
    {
        yield return new ClaimedNode(node.HostPath, node.ContainerPath);
        if (node.HostPath != node.ContainerPath)
        {
            yield return new ClaimedNode(node.HostPath, node.HostPath);
        }
    }
}
