using MultiEni.Manager.Pods;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Where a pod of the SR-IOV device plugin has its file from. The plugin's own manifest mounts a ConfigMap, and then what is written on the host
/// never reaches it (docs/reference/sriov-device-plugin.md#reading-and-restarting).
/// </summary>
internal static class PluginMount
{
    private const string DefaultFile = "/etc/pcidp/config.json";
    private const string FileArgument = "config-file";

    /// <summary>What the pod reads in place of a file of the host; null when it does read one.</summary>
    public static string? ReadsInstead(Pod pod)
    {
        var found = (pod.Spec?.Containers ?? []).Select(container => Instead(pod, container)).ToList();

        // A container without a volume there is a side car, as long as another has one.
        return found.Count == 0 || found.Contains(null)
            ? null
            : found.Find(instead => instead!.StartsWith("the ", StringComparison.Ordinal)) ?? found[0];
    }

    private static string? Instead(Pod pod, PodContainer container)
    {
        var file = FileOf(container);
        var mount = (container.VolumeMounts ?? [])
            .Where(mount => file == mount.MountPath || file.StartsWith(mount.MountPath.TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(mount => mount.MountPath.Length);
        if (mount is null)
        {
            return $"{file} of its own image";
        }

        return (pod.Spec?.Volumes ?? []).Find(volume => volume.Name == mount.Name) switch
        {
            { HostPath: not null } => null,
            { ConfigMap: { } map } => $"the ConfigMap {NameOf(map)}",
            _ => $"the volume {mount.Name}, which is no folder of the host",
        };
    }

    private static string NameOf(System.Text.Json.JsonElement map) =>
        map.ValueKind == System.Text.Json.JsonValueKind.Object && map.TryGetProperty("name", out var name) ? name.ToString() : "";

    // Flags of Go programs have one dash or two, and their value behind an equals sign or in the next argument.
    private static string FileOf(PodContainer container)
    {
        List<string> words = [.. container.Command ?? [], .. container.Args ?? []];
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i].TrimStart('-');
            if (words[i].StartsWith('-') && word.StartsWith(FileArgument + "=", StringComparison.Ordinal))
            {
                return word[(FileArgument.Length + 1)..];
            }

            if (words[i].StartsWith('-') && word == FileArgument && i + 1 < words.Count)
            {
                return words[i + 1];
            }
        }

        return DefaultFile;
    }
}
