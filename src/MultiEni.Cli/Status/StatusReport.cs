using System.Text.Json.Serialization;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Status;

/// <summary>What <c>status</c> found, for programs and as the ground of what people see.</summary>
/// <param name="Ready">Whether everything in it is ready: the exit code.</param>
/// <param name="NodeEnis">The NodeENIs, troubled ones first.</param>
internal sealed record StatusReport(bool Ready, IReadOnlyList<NodeEniStatusItem> NodeEnis);

/// <summary>One node within a NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InstanceId">EC2 instance behind it.</param>
/// <param name="Health">The worst of its ENIs.</param>
/// <param name="Enis">Its ENIs by device index.</param>
internal sealed record NodeStatusItem(string Name, string InstanceId, Health Health, IReadOnlyList<EniStatusItem> Enis);

/// <summary>One NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Health">How it is.</param>
/// <param name="Reason">Reason of the condition that says so.</param>
/// <param name="Message">What that condition says.</param>
/// <param name="MatchedNodes">Nodes that its selector selects.</param>
/// <param name="DesiredEnis">ENIs that there should be.</param>
/// <param name="ReadyEnis">ENIs that are ready.</param>
/// <param name="Nodes">Nodes that have ENIs of it, troubled ones first.</param>
internal sealed record NodeEniStatusItem(
    string Name,
    Health Health,
    string Reason,
    string Message,
    int MatchedNodes,
    int DesiredEnis,
    int ReadyEnis,
    IReadOnlyList<NodeStatusItem> Nodes
);

/// <summary>One ENI on one node.</summary>
internal sealed record EniStatusItem
{
    /// <summary>Name of the ENIAttachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>How it is.</summary>
    public required Health Health { get; init; }

    /// <summary>Why it is not ready.</summary>
    public required string Reason { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Where it is on its road; see <see cref="EniState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The ENI, once there is one.</summary>
    public string? EniId { get; init; }

    /// <summary>Device index in use, or the wanted one.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Subnet of the ENI.</summary>
    public string? SubnetId { get; init; }

    /// <summary>Primary private address.</summary>
    public string? PrivateIp { get; init; }

    /// <summary>Hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Network interface on the node, while the kernel has it.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>PCI address on the node.</summary>
    public string? PciAddress { get; init; }

    /// <summary>Driver that holds the device.</summary>
    public string? Driver { get; init; }

    /// <summary>As seen on the link.</summary>
    public int? Mtu { get; init; }

    /// <summary>Resource under which pods get it, while it is offered.</summary>
    public string? Resource { get; init; }

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
                : ready is null && !attachment.Metadata.IsBeingDeleted ? "The controller has nothing to tell of it yet."
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
        };
    }
}

/// <summary>How the report is written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
