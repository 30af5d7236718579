using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using Found = MultiEni.Manager.Devices.DeviceMatch.Found;

namespace MultiEni.Manager.Steps;

/// <summary>
/// The agent's part of an attachment's status, as a function of what was seen and of the step at
/// which it stands.
/// </summary>
internal static class StatusReport
{
    private const string SinceThen = " Since then: ";

    /// <summary>Builds the report. Conditions that do not apply are left out.</summary>
    /// <param name="attachment">The attachment, whose earlier conditions keep their times.</param>
    /// <param name="observation">What was seen last.</param>
    /// <param name="step">
    /// The step at which it stands: nothing, a wait, a blocker or the release.
    /// </param>
    /// <param name="addresses">Which addresses pods have; null while none was asked for.</param>
    /// <param name="bootId">The present boot.</param>
    /// <param name="now">The time.</param>
    public static EniAttachmentStatus Build(
        EniAttachment attachment,
        DeviceObservation observation,
        DeviceStep step,
        AddressUse? addresses,
        string bootId,
        DateTimeOffset now
    )
    {
        var conditions = new List<Condition>();
        foreach (var (type, status, reason, message) in Statements(observation, step))
        {
            conditions.Add(
                attachment.Status?.Conditions.Next(type, status, reason, message, attachment.Metadata.Generation, now)
                    ?? First(type, status, reason, message, attachment, now)
            );
        }

        var device = Device(observation, step, bootId);
        if (addresses is not null)
        {
            device = (device ?? new DeviceStatus()) with { Addresses = addresses };
        }

        return new EniAttachmentStatus { Device = Signed(attachment, device, now), Conditions = conditions };
    }

    /// <summary>
    /// The report of an agent that could not even find out what is the case, or failed at what it
    /// had to do: what was said before stands, except that the device is not released, or not known
    /// to be configured.
    /// </summary>
    /// <param name="attachment">The attachment with the agent's latest report.</param>
    /// <param name="why">What failed.</param>
    /// <param name="now">The time.</param>
    public static EniAttachmentStatus Failed(EniAttachment attachment, Blocker why, DateTimeOffset now)
    {
        var (type, status) = attachment.Metadata.IsBeingDeleted
            ? (ConditionTypes.Released, ConditionStatus.False)
            : (ConditionTypes.Configured, ConditionStatus.Unknown);
        var before = Ours(attachment.Status) ?? new EniAttachmentStatus();

        // A failure does not make a device free that was found in use.
        var (reason, message) =
            before.Conditions.Find(type) is { } said && type == ConditionTypes.Released && ReleaseAnswer.NotFoundFree(said.Reason)
                ? (said.Reason, And(said.Message, why.Message))
                : (why.Reason, why.Message);
        return With(attachment, before, type, status, reason, message, now);
    }

    /// <summary>
    /// The report of an agent that has given the device back and cannot remove its finalizer: it is
    /// released, and why the ENIAttachment stays.
    /// </summary>
    /// <param name="attachment">The attachment with the agent's latest report.</param>
    /// <param name="why">What the API server said.</param>
    /// <param name="now">The time.</param>
    public static EniAttachmentStatus NotLetGo(EniAttachment attachment, string why, DateTimeOffset now)
    {
        var before = Ours(attachment.Status) ?? new EniAttachmentStatus();
        var said = before.Conditions.Find(ConditionTypes.Released)?.Message ?? "The device is given back.";
        var message = And(said, $"the finalizer {Names.DeviceFinalizer} cannot be removed: {why}");
        return With(attachment, before, ConditionTypes.Released, ConditionStatus.True, Reasons.Released, message, now);
    }

    /// <summary>The agent's part of a status, or null when there is no status.</summary>
    public static EniAttachmentStatus? Ours(EniAttachmentStatus? status) =>
        status is null
            ? null
            : new EniAttachmentStatus
            {
                Device = status.Device,
                Conditions = status.Conditions?.FindAll(condition => ConditionTypes.IsAgents(condition.Type)),
            };

    private static EniAttachmentStatus With(
        EniAttachment attachment,
        EniAttachmentStatus before,
        string type,
        string status,
        string reason,
        string message,
        DateTimeOffset now
    ) =>
        new()
        {
            Device = Signed(attachment, before.Device, now),
            Conditions =
            [
                .. (IsAboutThis(attachment, before.Device) ? before.Conditions ?? [] : []).Where(other => other.Type != type),
                before.Conditions.Next(type, status, reason, message, attachment.Metadata.Generation, now),
            ],
        };

    // Failing again does not make it longer.
    private static string And(string message, string failure)
    {
        var end = message.IndexOf(SinceThen, StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]) + SinceThen + failure;
    }

    // Which attachment in EC2 the report is about, and that somebody works on its release.
    private static DeviceStatus? Signed(EniAttachment attachment, DeviceStatus? device, DateTimeOffset now)
    {
        var signed = (device ?? new DeviceStatus()) with
        {
            AttachmentId = attachment.Status?.Network?.AttachmentId,
            ReleaseHeartbeatTime = attachment.Metadata.IsBeingDeleted
                ? ReleaseHeartbeat.Next(attachment.Status?.Device?.ReleaseHeartbeatTime, now)
                : null,
        };
        return signed == new DeviceStatus() ? null : signed;
    }

    private static bool IsAboutThis(EniAttachment attachment, DeviceStatus? device) =>
        attachment.Metadata.IsBeingDeleted || device?.AttachmentId == attachment.Status?.Network?.AttachmentId;

    private static Condition First(string type, string status, string reason, string message, EniAttachment attachment, DateTimeOffset now) =>
        Conditions.Next(null, type, status, reason, message, attachment.Metadata.Generation, now);

    private static IEnumerable<(string Type, string Status, string Reason, string Message)> Statements(DeviceObservation observation, DeviceStep step)
    {
        var passed = true;
        foreach (var type in Applicable(observation.Desired))
        {
            if (step.Blocker is { } blocker && type == step.Affects)
            {
                passed = false;
                yield return (type, ConditionStatus.False, blocker.Reason, blocker.Message);
            }
            else if (observation.Desired.Deleting)
            {
                yield return WhileDeleting(type, observation, step);
            }
            else if (type == ConditionTypes.Advertised && !observation.Publishes)
            {
                yield return (
                    type,
                    ConditionStatus.False,
                    Reasons.NotRequested,
                    "Device advertising is disabled on this node (DEVICE_PUBLISHER=none)."
                );
            }
            else if (passed)
            {
                yield return Achieved(type, observation);
            }
            else
            {
                yield return (type, ConditionStatus.False, Reasons.Progressing, $"Waits for {step.Affects}: {step.Blocker?.Message}");
            }
        }
    }

    private static IEnumerable<string> Applicable(DesiredDevice desired)
    {
        yield return ConditionTypes.Configured;
        if (desired.Use == DeviceUses.Bound)
        {
            yield return ConditionTypes.Bound;
        }

        if (desired.Use is DeviceUses.Bound or DeviceUses.Advertised)
        {
            yield return ConditionTypes.Advertised;
        }

        if (desired.Deleting)
        {
            yield return ConditionTypes.Released;
        }
    }

    private static (string, string, string, string) Achieved(string type, DeviceObservation observation)
    {
        var device = observation.Device;
        return type switch
        {
            ConditionTypes.Configured => (
                type,
                ConditionStatus.True,
                Reasons.DeviceConfigured,
                Sentences(Where(observation), LinkSteps.Remark(observation))
            ),
            ConditionTypes.Bound => (
                type,
                ConditionStatus.True,
                Reasons.Bound,
                $"{device?.Driver} holds {device?.Address}"
                    + (device?.NoIommu == true ? " without an IOMMU: pods with it can reach all memory of the node." : ".")
            ),
            _ => (type, ConditionStatus.True, Reasons.Advertised, $"Pods can request {observation.Desired.Resource}."),
        };
    }

    private static (string, string, string, string) WhileDeleting(string type, DeviceObservation observation, DeviceStep step)
    {
        var bound = observation.Device?.IsHeldByDpdk == true;
        return type switch
        {
            ConditionTypes.Released when step is DeviceStep.ReleaseDone done => (type, ConditionStatus.True, Reasons.Released, done.Message),
            ConditionTypes.Released => (type, ConditionStatus.False, Reasons.Releasing, "The device is being given back."),
            ConditionTypes.Bound when bound => (
                type,
                ConditionStatus.True,
                Reasons.Bound,
                $"{observation.Device!.Driver} still holds {observation.Device.Address}."
            ),
            ConditionTypes.Bound => (type, ConditionStatus.False, Reasons.Released, "No user-space driver holds the device."),
            ConditionTypes.Advertised => (type, ConditionStatus.False, Reasons.Withdrawn, "The device is not advertised to the kubelet."),
            _ => (type, ConditionStatus.False, Reasons.Releasing, "The ENI is being removed."),
        };
    }

    private static string Sentences(string first, string second) => second.Length == 0 ? first : $"{first} {second}";

    private static string Where(DeviceObservation observation) =>
        (observation.Device, observation.Link) switch
        {
            ({ } device, { } link) => $"{device.Address} is {link.Name}, {(link.Up ? "up" : "down")} with MTU {link.Mtu}.",
            ({ IsHeldByDpdk: true } device, _) => $"The device is at {device.Address}.",
            ({ } device, _) => $"The device is at {device.Address}; its interface is not in the host's network namespace.",
            _ => "",
        };

    private static DeviceStatus? Device(DeviceObservation observation, DeviceStep step, string bootId)
    {
        if (observation.Match is not Found { Device: var device } || observation.TouchBlocker is { IsInconclusive: false })
        {
            // Not forgotten: once it is in a pod, its hardware address is hidden, and nothing else
            // tells which device it is.
            return observation.Reported is { } reported
                ? new DeviceStatus
                {
                    PciAddress = reported.PciAddress,
                    Driver = reported.Driver,
                    ResourceName = reported.ResourceName,
                    BootId = reported.BootId,
                }
                : null;
        }

        var link = observation.Link;
        var offered = observation.Offer.OnOffer is not null;
        var published = observation.Publishes && observation.Desired.Use is DeviceUses.Bound or DeviceUses.Advertised;
        var resource = observation.Desired.Resource?.ToString();
        if (step is DeviceStep.Wait { Why.Reason: Reasons.DeviceInUse or Reasons.DeviceUsageUnknown or Reasons.Releasing })
        {
            // Whoever has it still has it under the former name.
            resource = observation.Journal?.ResourceName is { Length: > 0 } noted ? noted : observation.ReportedResource ?? resource;
        }

        return new DeviceStatus
        {
            InterfaceName = link?.Name,
            PciAddress = device.Address.ToString(),
            VendorId = device.Ids.Vendor,
            DeviceId = device.Ids.Device,
            Driver = device.Driver,
            // A bound device has no link any more; what it had when the kernel let it go is the
            // last that was seen.
            Mtu = link?.Mtu ?? (device.IsHeldByDpdk ? observation.Journal?.Mtu : null),
            LinkState =
                link is null ? null
                : link.Up ? "up"
                : "down",
            Iommu =
                !device.IsHeldByDpdk ? null
                : device.IommuGroup is null ? "none"
                : device.NoIommu ? "noiommu"
                : "iommu",
            VfioGroup = device.Driver == DpdkDrivers.VfioPci ? device.IommuGroup : null,
            WriteCombining = device.IsHeldByDpdk ? WriteCombining.Of(device.Driver, observation.VfioTaint) : null,
            ResourceName = published ? resource : null,
            Advertised = published ? offered && observation.Offer is OfferState.Confirmed : null,
            IpamProblem = observation.IpamProblem,
            BootId = bootId,
        };
    }
}

/// <summary>
/// Decides for how long a report that differs from what the status says may stay unwritten. A
/// device without trouble is told of once, when all is done, and on its way back not at all: the
/// finalizer that goes says everything.
/// </summary>
internal static class ReportWriteDelay
{
    /// <summary>
    /// Zero for what is written at once; null for what need not be written at all.
    /// </summary>
    /// <param name="attachment">The attachment with the agent's latest report.</param>
    /// <param name="step">The step at which it stands.</param>
    /// <param name="next">The report.</param>
    public static TimeSpan? Of(EniAttachment attachment, DeviceStep step, EniAttachmentStatus next)
    {
        var said = StatusReport.Ours(attachment.Status)?.Conditions ?? [];
        if (attachment.Metadata.IsBeingDeleted)
        {
            return Releasing(attachment, said, step);
        }

        if (OnlyAddressesDiffer(attachment, next))
        {
            var (before, after) = (attachment.Status!.Device!.Addresses, next.Device!.Addresses);
            return
                before?.Waiting == after?.Waiting
                && before?.SeenWithdrawal == after?.SeenWithdrawal
                && (before?.Requested ?? []).SequenceEqual(after?.Requested ?? [])
                ? AddressDelay
                : TimeSpan.Zero;
        }

        if (step is not DeviceStep.Wait wait || !TransientReasons.Contains(wait.Why.Reason) || said.Exists(condition => IsLost(condition, next)))
        {
            return TimeSpan.Zero;
        }

        // That EC2 has not attached the ENI is not the agent's to tell.
        return said.Count == 0 && !EniState.IsAttached(attachment.Status?.Network?.State) ? null : TransientReasons.Deferral;
    }

    // Pods come in groups, and nobody waits for the tally; what a pod waits for, here or on another
    // node, is told at once.
    private static TimeSpan AddressDelay { get; } = TimeSpan.FromSeconds(2);

    private static bool OnlyAddressesDiffer(EniAttachment attachment, EniAttachmentStatus next)
    {
        var said = StatusReport.Ours(attachment.Status);
        return said?.Device is { } before
            && next.Device is { } after
            && before.Addresses != after.Addresses
            && before with { Addresses = after.Addresses } == after
            && (said.Conditions ?? []).SequenceEqual(next.Conditions ?? []);
    }

    private static TimeSpan? Releasing(EniAttachment attachment, List<Condition> said, DeviceStep step) =>
        step switch
        {
            // Who was told of a wait is told of its end.
            DeviceStep.ReleaseDone => said.Find(ConditionTypes.Released) is { Status: not ConditionStatus.True } ? TimeSpan.Zero : null,
            DeviceStep.Nothing => null,
            // From the first sign of life on, the next ones are due at their times.
            DeviceStep.Wait wait when TransientReasons.ContainsAnswer(wait.Why.Reason) && attachment.Status?.Device?.ReleaseHeartbeatTime is null =>
                TransientReasons.Deferral,
            DeviceStep.Wait or DeviceStep.Refuse => TimeSpan.Zero,
            DeviceStep.LinkUp or DeviceStep.SetMtu or DeviceStep.ChangeLink or DeviceStep.Bind or DeviceStep.GiveBack => TimeSpan.Zero,
            DeviceStep.Publish or DeviceStep.Withdraw or DeviceStep.CheckUse => TimeSpan.Zero,
            _ => throw new UnreachableException($"{step}"),
        };

    private static bool IsLost(Condition condition, EniAttachmentStatus next) =>
        condition.Status == ConditionStatus.True && !next.Conditions.IsTrue(condition.Type);
}
