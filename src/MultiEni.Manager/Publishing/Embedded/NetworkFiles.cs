using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// A folder for each device, with what is known of the ENI behind it in a file that is kept up to
/// date. The folder is mounted into containers and not the file, because a file that is replaced
/// stays the old one where it was mounted.
/// </summary>
/// <param name="folder">The host's folder, which the kubelet finds under the same path.</param>
/// <param name="networks">What is known.</param>
/// <param name="logger">The log.</param>
internal sealed class NetworkFiles(string folder, EniNetworks networks, ILogger logger)
{
    /// <summary>Where a container finds the folders, each named like its device.</summary>
    public const string ContainerFolder = "/var/run/eni.networking.k8s.aws";

    /// <summary>The file in each.</summary>
    public const string FileName = "network.json";

    /// <summary>What is known of the ENI behind a device.</summary>
    public EniNetwork? NetworkOf(PciAddress address) => networks.Of(address);

    /// <summary>
    /// Writes a device's file where it is out of date. Containers get their devices without it, so a
    /// folder that cannot be written is no more than a line in the log.
    /// </summary>
    /// <returns>The folder for a container; null when there is none.</returns>
    public FolderMount? Update(PciAddress address)
    {
        if (networks.Of(address) is not { } network)
        {
            return null;
        }

        var host = Path.Combine(folder, address.ToString());
        var path = Path.Combine(host, FileName);
        try
        {
            var text = network.ToJson().ToJsonString() + "\n";
            if (DurableFile.Read(path) != text)
            {
                DurableFile.Replace(path, text);
            }

            return new FolderMount(host, $"{ContainerFolder}/{address}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.DeviceInfoNotWritten(logger, path, error.Message);
            return null;
        }
    }
}
