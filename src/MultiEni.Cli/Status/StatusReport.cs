using System.Text.Json.Serialization;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Status;

/// <summary>
/// The result of <c>status</c>; its machine-readable output and the source of its text.
/// </summary>
/// <param name="Ready">Whether everything in it is ready: the exit code.</param>
/// <param name="NodeEnis">The NodeENIs, those with problems first.</param>
internal sealed record StatusReport(bool Ready, IReadOnlyList<NodeEniStatusItem> NodeEnis);

/// <summary>One node within a NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InstanceId">Its EC2 instance.</param>
/// <param name="Health">The worst of its ENIs.</param>
/// <param name="Enis">Its ENIs by device index.</param>
internal sealed record NodeStatusItem(string Name, string InstanceId, Health Health, IReadOnlyList<EniStatusItem> Enis);

/// <summary>One NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Health">Its health.</param>
/// <param name="Reason">Reason of the condition that determines the health.</param>
/// <param name="Message">Message of that condition.</param>
/// <param name="MatchedNodes">Number of nodes that its selector matches.</param>
/// <param name="DesiredEnis">Number of desired ENIs.</param>
/// <param name="ReadyEnis">Number of ready ENIs.</param>
/// <param name="Nodes">Nodes that have its ENIs, those with problems first.</param>
/// <param name="RetainedEnis">Number of ENIs that wait for the next node; null when it retains none.</param>
internal sealed record NodeEniStatusItem(
    string Name,
    Health Health,
    string Reason,
    string Message,
    int MatchedNodes,
    int DesiredEnis,
    int ReadyEnis,
    IReadOnlyList<NodeStatusItem> Nodes,
    int? RetainedEnis = null
);

/// <summary>One ENI on one node.</summary>
internal sealed record EniStatusItem
{
    /// <summary>Name of the ENIAttachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>Its health.</summary>
    public required Health Health { get; init; }

    /// <summary>Why it is not ready.</summary>
    public required string Reason { get; init; }

    /// <summary>Details of the reason.</summary>
    public required string Message { get; init; }

    /// <summary>Its lifecycle state; see <see cref="EniState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The ENI's ID, once it is created.</summary>
    public string? EniId { get; init; }

    /// <summary>Actual device index, or the desired one.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Subnet of the ENI.</summary>
    public string? SubnetId { get; init; }

    /// <summary>Primary private address.</summary>
    public string? PrivateIp { get; init; }

    /// <summary>MAC address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>
    /// Network interface on the node, while it is bound to its kernel driver.
    /// </summary>
    public string? InterfaceName { get; init; }

    /// <summary>PCI address on the node.</summary>
    public string? PciAddress { get; init; }

    /// <summary>Driver that the device is bound to.</summary>
    public string? Driver { get; init; }

    /// <summary>Observed MTU.</summary>
    public int? Mtu { get; init; }

    /// <summary>Resource name, while the device is advertised.</summary>
    public string? Resource { get; init; }

    /// <summary>The claim that has the device, if the node's ENI manager is a DRA driver.</summary>
    public ClaimStatusItem? Claim { get; init; }

    /// <summary>Which of its addresses pods use; null while none was asked for.</summary>
    public AddressUse? Addresses { get; init; }

    /// <summary>Named addresses that pods do not get, and why.</summary>
    public List<RefusedAddress>? RefusedAddresses { get; init; }

    /// <summary>Reads an attachment.</summary>
    public static EniStatusItem Of(EniAttachment attachment, DateTimeOffset now)
    {
        var network = attachment.Status?.Network;
        var device = attachment.Status?.Device;
        var ready = attachment.Status?.Conditions.Find(ConditionTypes.Ready);
        var isReady = AttachmentReadiness.Is(attachment);
        return new EniStatusItem
        {
            Attachment = attachment.Metadata.Name,
            Health =
                attachment.Metadata.IsBeingDeleted ? Health.Deleting
                : isReady ? Health.Ready
                : AttachmentTrouble.Is(attachment, now) ? Health.Trouble
                : Health.Progressing,
            Reason = isReady ? ready!.Reason : AttachmentTrouble.Reason(attachment),
            Message =
                isReady ? ready!.Message
                : ready is null && !attachment.Metadata.IsBeingDeleted ? "The controller has not reported a status yet."
                : AttachmentTrouble.Describe(attachment, now),
            State = AttachmentState.Of(attachment),
            EniId = network?.EniId,
            DeviceIndex = network?.DeviceIndex ?? attachment.Spec!.DeviceIndex,
            SubnetId = attachment.Spec!.SubnetId,
            PrivateIp = network?.PrivateIps is [var primary, ..] ? primary : null,
            MacAddress = network?.MacAddress,
            InterfaceName = device?.InterfaceName,
            PciAddress = device?.PciAddress,
            Driver = device?.Driver,
            Mtu = device?.Mtu,
            Resource = device?.Advertised == true ? device.ResourceName : null,
            Addresses = device?.Addresses,
            RefusedAddresses = network?.RefusedAddresses,
        };
    }
}

/// <summary>A ResourceClaim that has a device.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Pods">The pods that may use it.</param>
internal sealed record ClaimStatusItem(string Namespace, string Name, IReadOnlyList<string> Pods);

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
