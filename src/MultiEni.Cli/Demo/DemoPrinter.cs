using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Output;
using MultiEni.Controller.Attachments;

namespace MultiEni.Cli.Demo;

/// <summary>
/// Prints the demo's output: plain lines, and in a terminal a live table of all ENIs below them.
/// </summary>
internal sealed class DemoPrinter(LiveRegion screen, Paint paint, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, string> _lastPrinted = [];

    /// <summary>Prints a heading.</summary>
    public void Heading(string title) => screen.Print($"\n== {title}");

    /// <summary>Prints a line with a timestamp.</summary>
    public void Log(string what) => screen.Print(Stamped(what));

    /// <summary>Prints text verbatim, such as a file.</summary>
    public void Show(string text) => screen.Print(string.Join('\n', text.TrimEnd().Split('\n').Select(line => $"    {line}")));

    /// <summary>Prints a line for every ENI that changed, and updates the table.</summary>
    public void Follow(IReadOnlyList<EniAttachment> attachments, string caption)
    {
        foreach (var attachment in attachments.OrderBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal))
        {
            var now = Describe(attachment);
            if (_lastPrinted.GetValueOrDefault(attachment.Metadata.Name) != now)
            {
                _lastPrinted[attachment.Metadata.Name] = now;
                Progress(now);
            }
        }

        foreach (var gone in _lastPrinted.Keys.Except(attachments.Select(attachment => attachment.Metadata.Name)).ToList())
        {
            _lastPrinted.Remove(gone);
            Progress($"{gone} is deleted");
        }

        if (screen.Size is { } size)
        {
            screen.Draw(EniTable.Lines(attachments, caption, size, paint));
        }
    }

    /// <summary>Removes the table; printed lines stay.</summary>
    public void End() => screen.Draw([]);

    private static string Describe(EniAttachment attachment)
    {
        var network = attachment.Status?.Network;
        var device = attachment.Status?.Device;
        var ready = attachment.Status?.Conditions.Find(ConditionTypes.Ready);
        var where = $"{attachment.Spec!.NodeName.Split('.')[0]} · {attachment.Spec.NodeEniRef.Name} · {network?.EniId ?? "no ENI yet"}";
        var parts = new List<string> { AttachmentState.Of(attachment).ToLowerInvariant() };
        if (network?.DeviceIndex is { } index)
        {
            parts.Add($"index {index}");
        }

        if (device?.PciAddress is { } address)
        {
            parts.Add($"{address} {device.Driver ?? "no driver"}");
        }

        if (device?.Advertised == true)
        {
            parts.Add($"advertised as {device.ResourceName}");
        }

        parts.Add(ready?.Status == ConditionStatus.True ? "ready" : ready?.Message ?? "");
        return $"{where} · {string.Join(" · ", parts.Where(part => part.Length > 0))}";
    }

    // In a terminal, truncated to one line: updates are frequent, and the status has the full
    // message.
    private void Progress(string what) => screen.Print(screen.Size is { } size ? EniTable.Fit(Stamped(what), size) : Stamped(what));

    private string Stamped(string what) => $"{time.GetElapsedTime(_start).TotalSeconds, 6:0.0}s  {what}";
}
