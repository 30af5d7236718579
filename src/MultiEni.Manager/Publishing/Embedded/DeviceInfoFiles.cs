using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// Files from which Multus learns what a device id stands for (device information specification
/// 1.1.0, docs/reference/sriov-device-plugin.md#device-information-files). Pods get their devices
/// without them, so a folder that cannot be written is no more than a line in the log.
/// </summary>
/// <param name="folder">Their folder; empty for none.</param>
/// <param name="logger">The log.</param>
internal sealed class DeviceInfoFiles(string folder, ILogger logger)
{
    private const string Version = "1.1.0";

    /// <summary>Writes the file of a device.</summary>
    public void Write(OfferedDevice device)
    {
        var info = new JsonObject
        {
            ["type"] = "pci",
            ["version"] = Version,
            ["pci"] = new JsonObject { ["pci-address"] = device.Address.ToString() },
        };
        Attempt(device, path => DurableFile.Replace(path, info.ToJsonString() + "\n"));
    }

    /// <summary>Removes the file of a device.</summary>
    public void Remove(OfferedDevice device)
    {
        Attempt(device, File.Delete);
    }

    private void Attempt(OfferedDevice device, Action<string> change)
    {
        if (folder.Length == 0)
        {
            return;
        }

        var path = Path.Combine(folder, $"{device.Resource.Prefix}-{device.Resource.Name}-{device.Address}-device.json");
        try
        {
            change(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing to remove.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.DeviceInfoNotWritten(logger, path, error.Message);
        }
    }
}
