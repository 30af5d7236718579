using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Puts together what the decision needs, from the host, the journal, the publisher and Kubernetes.
/// </summary>
internal sealed class DeviceObserver(
    NodeHost host,
    NodeView view,
    BindingJournal journal,
    IDevicePublisher publisher,
    ClaimHolds holds,
    Func<ResourceName, Blocker?> whyNotYet,
    LockedFiles locked,
    LinkObserver links,
    SafetyPolicy policy,
    ManagerSettings settings,
    TimeProvider time
)
{
    private readonly Dictionary<string, Invisible> _invisible = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    // The setup ran before this program, and once.
    private readonly string? _ipamProblem =
        settings.IpamSocket.Length > 0 && SetupRecord.Read(SetupRecord.PathBeside(settings.JournalPath)).PluginProblem is { Length: > 0 } problem
            ? problem
            : null;

    /// <summary>The observation of an attachment.</summary>
    public async Task<(DeviceObservation Observation, DeviceClaim Claim)> ReadAsync(
        EniAttachment attachment,
        HostObservation seen,
        DeviceUsage usage,
        CancellationToken cancellationToken
    )
    {
        var deleting = attachment.Metadata.IsBeingDeleted;
        var journaled = Journaled(attachment, seen);
        seen = await WithOverrideAsync(seen, journaled, cancellationToken);
        var claim = NodeView.Claim(attachment, seen.BootId, journaled, MayEliminate(attachment, seen));
        if (deleting && claim.Mac is null && MacAddress.TryParse(journaled?.MacAddress, out var noted))
        {
            claim = claim with { Mac = noted };
        }

        var others = view
            .Attachments.Where(other => other.Metadata.Name != attachment.Metadata.Name)
            .Select(other => NodeView.Claim(other, seen.BootId, Journaled(other, seen), false))
            .ToList();
        var match = deleting
            ? DeviceIdentity.FindForRelease(claim, others, seen, settings.AllowedDevices)
            : GivenAddressProblem(attachment) ?? DeviceIdentity.Find(claim, others, seen, settings.AllowedDevices);
        var device = (match as DeviceMatch.Found)?.Device;
        var known = device?.Address ?? claim.JournalAddress ?? claim.ReportedAddress;
        var entry = known is { } address ? journal.Find(address, seen.BootId) : null;
        var link = device is null ? null : seen.LinkOf(device);
        var desired = DesiredDeviceReader.Read(attachment, link?.Name ?? entry?.InterfaceName, settings);
        if (known is { } claimed && holds.DriverOf(claimed, claim.EniId, seen.BootId) is { } driver)
        {
            // While a claim has the device, it is what the claim asked for.
            desired = desired with
            {
                Use = DeviceUses.Bound,
                Driver = driver,
            };
        }

        var facts = device is null ? null : await FactsAsync(attachment, device, links.WithoutOwn(seen), cancellationToken);
        var (linkPlan, linkFacts) = await links.ReadAsync(attachment, view.Attachments, link, seen, cancellationToken);
        var observation = new DeviceObservation
        {
            Desired = desired,
            Match = match,
            Link = link,
            LinkPlan = linkPlan,
            LinkFacts = linkFacts,
            Journal = entry is not null && (entry.EniId == claim.EniId || entry == journaled) ? entry : null,
            Offer = OfferOf(claim, others, known, device is not null, seen.BootId),
            OfferBlocker = desired.Resource is { } resource ? whyNotYet(resource) : null,
            // What was plugged in shows its hardware address; without it this could be the other one.
            IsOfferOfAnother =
                match is DeviceMatch.Found { Proof: IdentityProof.HardwareAddress, Device.Address: var there }
                && publisher.EniAt(there) is { Length: > 0 } offered
                && offered != claim.EniId,
            ReportedResource = attachment.Status?.Device is { } report && report.BootId == seen.BootId ? report.ResourceName : null,
            Reported = StillThere(claim, attachment.Status?.Device, seen),
            Usage = usage,
            TouchBlocker =
                facts is null ? null
                // Only told by its index, it could still be somebody else's, such as the VPC CNI's:
                // then it has addresses and routes.
                : match is DeviceMatch.Found { Proof: IdentityProof.DeviceIndex } ? SafetyRules.CheckBind(facts, policy)
                : SafetyRules.CheckTouch(facts, policy),
            BindBlocker = facts is null ? null : SafetyRules.CheckBind(facts, policy),
            NodeAddresses = view.Addresses ?? [],
            IsStuck = known is { } stuckAt && locked.IsStuck(stuckAt),
            VfioTaint = device?.Driver == DpdkDrivers.VfioPci ? await host.Files.ReadTextAsync(SysfsPaths.VfioPciTaint, cancellationToken) : null,
            IpamProblem = _ipamProblem,
            DpdkEnabled = settings.DpdkEnabled,
            Publishes = settings.DevicePublisher != PublisherChoice.None,
            ServesClaims = settings.DevicePublisher == PublisherChoice.Dra,
            HeldByClaim = known is { } place && holds.Of(place, seen.BootId) is var (holder, _) ? ClaimHolds.InUse(place, holder) : null,
        };
        return (observation, claim);
    }

    /// <summary>
    /// The observation of a device that no attachment asks for: as of an attachment that is being
    /// deleted.
    /// </summary>
    public (DeviceObservation Observation, DeviceClaim Claim) ReadOrphan(PciAddress address, HostObservation seen, DeviceUsage usage)
    {
        var entry = journal.Find(address, seen.BootId);
        var device = seen.DeviceAt(address);
        var claim = new DeviceClaim
        {
            Attachment = entry?.Attachment ?? "",
            EniId = entry?.EniId ?? "",
            Mac = MacAddress.TryParse(entry?.MacAddress, out var mac) ? mac : null,
            JournalAddress = address,
        };
        var observation = new DeviceObservation
        {
            Desired = new DesiredDevice
            {
                Use = entry is null ? DeviceUses.Plain : DeviceUses.Bound,
                Resource = ResourceName.TryParse(entry?.ResourceName, null, out var resource) ? resource : null,
                EniId = claim.EniId,
                Deleting = true,
                HasFinalizer = true,
            },
            Match = device is null || entry is null ? new DeviceMatch.Absent("") : new DeviceMatch.Found(device, IdentityProof.Journal),
            Link = device is null ? null : seen.LinkOf(device),
            Journal = entry,
            Offer = publisher.StateOf(address, view.Allocatable),
            Usage = usage,
            IsStuck = locked.IsStuck(address),
        };
        return (observation, claim);
    }

    /// <summary>Forgets an attachment that is gone.</summary>
    public void Forget(string name)
    {
        lock (_lock)
        {
            _invisible.Remove(name);
        }
    }

    // By the attachment's name where EC2's answer is not on record: the journal was written when it
    // was.
    private JournalEntry? Journaled(EniAttachment attachment, HostObservation seen)
    {
        var eniId = attachment.Status?.Network?.EniId;
        var entries = journal
            .Entries(seen.BootId)
            .Where(entry => string.IsNullOrEmpty(eniId) ? entry.Attachment == attachment.Metadata.Name : entry.EniId == eniId)
            .ToList();
        return entries.Find(entry => seen.DeviceAt(PciAddress.Parse(entry.PciAddress)) is not null) ?? entries.FirstOrDefault();
    }

    // What was offered at another place, before the ENI was plugged in anew while nobody looked,
    // comes first: it is taken back before anything else.
    private OfferState OfferOf(DeviceClaim claim, List<DeviceClaim> others, PciAddress? known, bool isFound, string bootId)
    {
        foreach (var left in new[] { claim.JournalAddress, claim.ReportedAddress })
        {
            if (
                left is { } address
                && address != known
                && !others.Exists(other => other.JournalAddress == address || other.ReportedAddress == address)
                && journal.Find(address, bootId) is var entry
                && (entry is null || entry.EniId == claim.EniId)
                && publisher.StateOf(address, view.Allocatable) is not OfferState.NotOffered and var state
            )
            {
                return state;
            }
        }

        // What has another ENI's device on offer where this one was is that one's affair.
        return known is { } here && (isFound || publisher.EniAt(here) is not { Length: > 0 } offered || offered == claim.EniId)
            ? publisher.StateOf(here, view.Allocatable)
            : new OfferState.NotOffered();
    }

    private static DeviceStatus? StillThere(DeviceClaim claim, DeviceStatus? report, HostObservation seen) =>
        claim.ReportedAddress is { } address && seen.DeviceAt(address) is { } device && (seen.MacOf(device) is not { } shown || shown == claim.Mac)
            ? report
            : null;

    // A device of ours that somebody unbound is told by it from another one that was plugged into
    // its place.
    private async Task<HostObservation> WithOverrideAsync(HostObservation seen, JournalEntry? journaled, CancellationToken cancellationToken)
    {
        if (
            journaled is not { Phase: JournalPhase.Bound }
            || seen.DeviceAt(PciAddress.Parse(journaled.PciAddress)) is not { Driver: null, IsLeavingVfio: false } device
        )
        {
            return seen;
        }

        try
        {
            return seen.With(device with { DriverOverride = await locked.ReadOverrideAsync(device.Address, cancellationToken) });
        }
        catch (StuckCallException)
        {
            // Somebody else is at it; the agent is woken when the call returns.
            return seen;
        }
    }

    // A device that was just plugged in shows its address within a second; one without an interface
    // never does.
    private bool MayEliminate(EniAttachment attachment, HostObservation seen)
    {
        var network = attachment.Status?.Network;
        var visible =
            !EniState.IsAttached(network?.State)
            || !MacAddress.TryParse(network?.MacAddress, out var mac)
            || seen.Devices.Any(device => seen.MacOf(device) == mac);
        lock (_lock)
        {
            var name = attachment.Metadata.Name;
            if (visible)
            {
                _invisible.Remove(name);
                return false;
            }

            if (!_invisible.TryGetValue(name, out var known) || known.Uid != attachment.Metadata.Uid || known.BootId != seen.BootId)
            {
                _invisible[name] = known = new Invisible(attachment.Metadata.Uid, seen.BootId, time.GetTimestamp());
            }

            return time.GetElapsedTime(known.Since) >= settings.EliminationDelay;
        }
    }

    private static DeviceMatch.AddressNotFound? GivenAddressProblem(EniAttachment attachment) =>
        attachment.Spec?.Device.PciAddress is { Length: > 0 } text && !PciAddress.TryParse(text, out _)
            ? new DeviceMatch.AddressNotFound($"dpdkPCIAddress '{text}' is not a PCI address; write it as 0000:00:06.0.")
            : null;

    private async Task<SafetyFacts> FactsAsync(EniAttachment attachment, PciDevice device, HostObservation seen, CancellationToken cancellationToken)
    {
        var network = attachment.Status?.Network;
        return new SafetyFacts
        {
            Device = device,
            Host = seen,
            IsOurs = attachment.Spec?.NodeName == settings.NodeName && !string.IsNullOrEmpty(network?.EniId),
            Slot = network?.DeviceIndex is { } index ? (index, network.NetworkCardIndex ?? 0) : null,
            AssignedAddresses = [.. network?.PrivateIps ?? [], .. network?.Ipv6Addresses ?? [], .. network?.Prefixes ?? []],
            NodeAddresses = view.Addresses,
            GroupDrivers = await GroupAsync(device, cancellationToken),
            NodeIsLeaving = view.NodeIsLeaving,
            DriverlessElsewhere = journal.Entries(seen.BootId).FirstOrDefault(entry => entry.Phase == JournalPhase.Driverless) is { } bare
                ? PciAddress.Parse(bare.PciAddress)
                : null,
        };
    }

    private async Task<Dictionary<string, string?>> GroupAsync(PciDevice device, CancellationToken cancellationToken)
    {
        var drivers = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (device.IommuGroup is { } group && !device.NoIommu)
        {
            foreach (var member in await host.Files.ListAsync($"/sys/kernel/iommu_groups/{group}/devices", cancellationToken))
            {
                drivers[member] = SysfsPaths.LastPart(await host.Files.ReadLinkAsync($"{SysfsPaths.PciDevices}/{member}/driver", cancellationToken));
            }
        }

        return drivers;
    }

    private sealed record Invisible(string? Uid, string BootId, long Since);
}
