using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MultiEni.Cli.Demo;

/// <summary>Tells the story: plain lines everywhere, and in a terminal a table below them that follows every ENI.</summary>
internal sealed class Teller(Action<string> output, TimeProvider time)
{
    private readonly long start = time.GetTimestamp();
    private readonly Dictionary<string, string> lastTold = [];
    private readonly Lock gate = new();

    /// <summary>A chapter.</summary>
    public void Chapter(string title) => Write($"\n== {title}");

    /// <summary>Something that happened.</summary>
    public void Happened(string what) => Write($"{time.GetElapsedTime(start).TotalSeconds, 6:0.0}s  {what}");

    /// <summary>Text as it is, such as a file.</summary>
    public void Show(string text) => Write(string.Join('\n', text.TrimEnd().Split('\n').Select(line => $"    {line}")));

    /// <summary>Tells of every ENI that is not where it was.</summary>
    public void Follow(IReadOnlyList<EniAttachment> attachments)
    {
        foreach (var attachment in attachments.OrderBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal))
        {
            var now = Describe(attachment);
            if (lastTold.GetValueOrDefault(attachment.Metadata.Name) != now)
            {
                lastTold[attachment.Metadata.Name] = now;
                Happened(now);
            }
        }

        foreach (var gone in lastTold.Keys.Except(attachments.Select(attachment => attachment.Metadata.Name)).ToList())
        {
            lastTold.Remove(gone);
            Happened($"{gone} is gone");
        }
    }

    /// <summary>The table of all ENIs, for a terminal.</summary>
    public static IRenderable Table(IReadOnlyList<EniAttachment> attachments, string caption)
    {
        var table = new Table().Border(TableBorder.Rounded).Caption(caption);
        foreach (var column in new[] { "Node", "NodeENI", "ENI", "State", "Device", "Driver", "Ready" })
        {
            table.AddColumn(column);
        }

        foreach (var attachment in attachments.OrderBy(a => a.Spec!.NodeName, StringComparer.Ordinal).ThenBy(a => a.Spec!.DeviceIndex).Take(20))
        {
            var device = attachment.Status?.Device;
            var ready = attachment.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true;
            table.AddRow(
                new Text(attachment.Spec!.NodeName.Split('.')[0]),
                new Text(attachment.Spec.NodeEniRef.Name),
                new Text(attachment.Status?.Network?.EniId ?? ""),
                new Text(attachment.Status?.Network?.State ?? EniState.Pending),
                new Text(device?.PciAddress ?? ""),
                new Text(device?.Driver ?? ""),
                new Text(ready ? "yes" : "no", new Style(ready ? Color.Green : Color.Yellow))
            );
        }

        return table;
    }

    private static string Describe(EniAttachment attachment)
    {
        var network = attachment.Status?.Network;
        var device = attachment.Status?.Device;
        var ready = attachment.Status?.Conditions.Find(ConditionTypes.Ready);
        var where = $"{attachment.Spec!.NodeName.Split('.')[0]} · {attachment.Spec.NodeEniRef.Name} · {network?.EniId ?? "no ENI yet"}";
        var parts = new List<string> { (network?.State ?? EniState.Pending).ToLowerInvariant() };
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
            parts.Add($"offered as {device.ResourceName}");
        }

        parts.Add(ready?.Status == ConditionStatus.True ? "ready" : ready?.Message ?? "");
        return $"{where} · {string.Join(" · ", parts.Where(part => part.Length > 0))}";
    }

    private void Write(string line)
    {
        lock (gate)
        {
            output(line);
        }
    }
}
