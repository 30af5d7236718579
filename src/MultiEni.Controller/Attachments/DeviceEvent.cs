using MultiEni.Operator.Events;

namespace MultiEni.Controller.Attachments;

/// <summary>An event about a device, to be recorded on its NodeENI.</summary>
/// <param name="Type">Normal or warning.</param>
/// <param name="Reason">One of <see cref="Events"/>.</param>
/// <param name="Message">Node, condition reason where there is one, and what helps.</param>
internal sealed record DeviceEvent(EventType Type, string Reason, string Message);
