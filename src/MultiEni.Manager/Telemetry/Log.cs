using Microsoft.Extensions.Logging;

namespace MultiEni.Manager.Telemetry;

/// <summary>Everything the agent logs.</summary>
internal static partial class Log
{
    [LoggerMessage(201, LogLevel.Information, "The agent of node {Node} acts on {Host}, boot {BootId}.")]
    public static partial void Started(ILogger logger, string node, string host, string bootId);

    [LoggerMessage(202, LogLevel.Information, "{Count} journal entries of an earlier boot are void.")]
    public static partial void JournalVoided(ILogger logger, int count);

    [LoggerMessage(203, LogLevel.Information, "{Operation} of {Pci} for {Attachment} (ENI {Eni}) is done: {Driver} holds it.")]
    public static partial void DriverChanged(ILogger logger, string operation, string pci, string attachment, string eni, string driver);

    [LoggerMessage(204, LogLevel.Warning, "{Operation} of {Pci} for {Attachment} (ENI {Eni}) failed with {Reason}: {Message}")]
    public static partial void DriverChangeFailed(
        ILogger logger,
        string operation,
        string pci,
        string attachment,
        string eni,
        string reason,
        string message
    );

    [LoggerMessage(205, LogLevel.Information, "{Interface} of {Attachment} was brought up.")]
    public static partial void LinkUp(ILogger logger, string attachment, string @interface);

    [LoggerMessage(206, LogLevel.Information, "The MTU of {Interface} of {Attachment} is now {Mtu}.")]
    public static partial void MtuSet(ILogger logger, string attachment, string @interface, int mtu);

    [LoggerMessage(207, LogLevel.Information, "{Attachment}: {Condition} is False, {Reason}: {Message}")]
    public static partial void Waiting(ILogger logger, string attachment, string condition, string reason, string message);

    [LoggerMessage(208, LogLevel.Warning, "{Attachment}: {Condition} is blocked, {Reason}: {Message}")]
    public static partial void Refused(ILogger logger, string attachment, string condition, string reason, string message);

    [LoggerMessage(209, LogLevel.Information, "{Attachment} is released: {Message}")]
    public static partial void Released(ILogger logger, string attachment, string message);

    [LoggerMessage(210, LogLevel.Information, "{Attachment}: {Pci} is advertised as {Resource}.")]
    public static partial void Offered(ILogger logger, string attachment, string pci, string resource);

    [LoggerMessage(211, LogLevel.Information, "{Pci} is being withdrawn.")]
    public static partial void Withdrawn(ILogger logger, string pci);

    [LoggerMessage(212, LogLevel.Warning, "{Pci} was bound for ENI {Eni}, which no attachment of this node has; giving it back.")]
    public static partial void Orphan(ILogger logger, string pci, string eni);

    [LoggerMessage(213, LogLevel.Warning, "The kernel event stream ended; reconnecting: {Message}")]
    public static partial void AnnouncementsEnded(ILogger logger, string message);

    [LoggerMessage(215, LogLevel.Warning, "The simulated host does not answer; retrying: {Message}")]
    public static partial void HostUnreachable(ILogger logger, string message);

    [LoggerMessage(214, LogLevel.Warning, "A call for {Pci} that had timed out has returned.")]
    public static partial void StuckCallReturned(ILogger logger, string pci);

    [LoggerMessage(220, LogLevel.Information, "The device plugin's file {Path} was written with {Count} devices.")]
    public static partial void DevicePluginFileWritten(ILogger logger, string path, int count);

    [LoggerMessage(221, LogLevel.Warning, "The device plugin's file is out of date, {Reason}: {Message}")]
    public static partial void DevicePluginFileTrouble(ILogger logger, string reason, string message);

    [LoggerMessage(222, LogLevel.Warning, "{Path} is unreadable and is replaced: {Message}")]
    public static partial void PublisherRecordUnreadable(ILogger logger, string path, string message);

    [LoggerMessage(226, LogLevel.Warning, "The state file next to {Path} could not be written; the next change writes it: {Message}")]
    public static partial void PublisherRecordUnwritten(ILogger logger, string path, string message);

    [LoggerMessage(223, LogLevel.Information, "The device plugin pod {Pod} was deleted so that its successor reads the new file.")]
    public static partial void DevicePluginRestarted(ILogger logger, string pod);

    [LoggerMessage(224, LogLevel.Warning, "The device plugin could not be restarted yet.")]
    public static partial void DevicePluginRestartFailed(ILogger logger, Exception error);

    [LoggerMessage(225, LogLevel.Warning, "The device plugin's file could not be checked.")]
    public static partial void RepairFailed(ILogger logger, Exception error);

    [LoggerMessage(250, LogLevel.Information, "{Resource} is registered with the kubelet, served on {Socket}.")]
    public static partial void PluginRegistered(ILogger logger, string resource, string socket);

    [LoggerMessage(256, LogLevel.Information, "{Resource} has had no device for a while and is no longer served on {Socket}.")]
    public static partial void PluginRetired(ILogger logger, string resource, string socket);

    [LoggerMessage(255, LogLevel.Warning, "{Folder} cannot be watched and is polled every 30 s: {Message}")]
    public static partial void PluginFolderNotWatched(ILogger logger, string folder, string message);

    [LoggerMessage(251, LogLevel.Warning, "{Resource} could not be registered with the kubelet yet: {Message}")]
    public static partial void PluginNotRegistered(ILogger logger, string resource, string message);

    [LoggerMessage(252, LogLevel.Warning, "{Pci} of {Resource} is unhealthy: {Message}")]
    public static partial void DeviceUnhealthy(ILogger logger, string pci, string resource, string message);

    [LoggerMessage(253, LogLevel.Information, "{Pci} of {Resource} was allocated to a container.")]
    public static partial void DevicesGranted(ILogger logger, string resource, string pci);

    [LoggerMessage(254, LogLevel.Warning, "The device information {Path} for Multus could not be written: {Message}")]
    public static partial void DeviceInfoNotWritten(ILogger logger, string path, string message);

    [LoggerMessage(232, LogLevel.Error, "The state of an earlier run cannot be read yet; no device is changed until it can.")]
    public static partial void NotReadyYet(ILogger logger, Exception error);

    [LoggerMessage(233, LogLevel.Warning, "{Attachment}: the failure could not be reported: {Message}")]
    public static partial void FailureNotReported(ILogger logger, string attachment, string message);

    [LoggerMessage(284, LogLevel.Information, "{Attachment}: {Count} changes of names, addresses, routes or rules of {Interface}.")]
    public static partial void LinkChanged(ILogger logger, string attachment, string @interface, int count);

    [LoggerMessage(285, LogLevel.Information, "Removed {Item}, left behind by an ENI that the node no longer has ({Outcome}).")]
    public static partial void LeftoverRemoved(ILogger logger, string item, string outcome);

    [LoggerMessage(286, LogLevel.Warning, "Metrics of ENIs lack what cannot be read of {Subject}: {Message}")]
    public static partial void CountersUnreadable(ILogger logger, string subject, string message);

    [LoggerMessage(231, LogLevel.Information, "Stopping.")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(280, LogLevel.Warning, "Pods get no addresses of ENIs: {Problem}")]
    public static partial void AddressesUnavailable(ILogger logger, string problem);

    [LoggerMessage(281, LogLevel.Warning, "{Address} of {Eni} is free again: pod {Pod} is gone and nobody said so.")]
    public static partial void AddressReclaimed(ILogger logger, string address, string pod, string eni);

    [LoggerMessage(282, LogLevel.Warning, "Addresses whose pods are gone could not be looked for: {Message}")]
    public static partial void AddressesNotCollected(ILogger logger, string message);

    [LoggerMessage(283, LogLevel.Error, "A request of the CNI plugin eni-ipam failed.")]
    public static partial void AddressRequestFailed(ILogger logger, Exception error);

    [LoggerMessage(240, LogLevel.Information, "Setup: {Line}")]
    public static partial void SetUp(ILogger logger, string line);

    [LoggerMessage(241, LogLevel.Warning, "Setup: {Line}")]
    public static partial void SetupWarning(ILogger logger, string line);

    [LoggerMessage(242, LogLevel.Information, "Setup: module {Module}: {Outcome}.")]
    public static partial void ModuleTried(ILogger logger, string module, string outcome);

    [LoggerMessage(243, LogLevel.Information, "Setup: no-IOMMU mode was switched {State}.")]
    public static partial void NoIommuSwitched(ILogger logger, string state);

    [LoggerMessage(244, LogLevel.Warning, "Setup: {Path} cannot be written, so 'setup --undo' will leave no-IOMMU mode as it is: {Message}")]
    public static partial void SetupNotNoted(ILogger logger, string path, string message);

    [LoggerMessage(245, LogLevel.Warning, "Setup: {Path} cannot be written, so no status says whether the CNI plugin is installed: {Message}")]
    public static partial void PluginProblemNotNoted(ILogger logger, string path, string message);
}
