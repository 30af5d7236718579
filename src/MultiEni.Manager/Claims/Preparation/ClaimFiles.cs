using System.Text.Json.Nodes;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// The files of prepared claims: what runtimes do for them, and what containers are told of their
/// devices.
/// </summary>
/// <param name="cdiFolder">The folder in which runtimes look, such as <c>/var/run/cdi</c>.</param>
/// <param name="metadataFolder">The driver's folder of metadata in the kubelet's.</param>
/// <param name="before">
/// Called before each change with the name of the point; lets tests end the program there.
/// </param>
internal sealed class ClaimFiles(string cdiFolder, string metadataFolder, Action<string>? before)
{
    /// <summary>Writes all files of a claim, whatever is there.</summary>
    /// <exception cref="IOException">
    /// A disk does not take one. So for all other members.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">
    /// A folder may not be written. So for all other members.
    /// </exception>
    public void Write(PreparedClaim claim)
    {
        Write("CDI file", Path.Combine(cdiFolder, CdiSpecs.ClaimFile(claim.Uid)), CdiSpecs.OfClaim(claim));
        foreach (var request in claim.Requests)
        {
            // What is mounted must be there before the file that mounts it.
            var path = DeviceMetadata.HostPath(metadataFolder, claim, request);
            Write("metadata", path, DeviceMetadata.Of(claim, request));
            Write(
                "CDI file of metadata",
                Path.Combine(cdiFolder, CdiSpecs.MetadataFile(claim.Uid, request)),
                CdiSpecs.OfMetadata(claim, request, path)
            );
        }
    }

    /// <summary>Removes all files of a claim, as many as are there.</summary>
    public void Remove(PreparedClaim claim)
    {
        foreach (var request in claim.Requests)
        {
            Delete("CDI file of metadata", Path.Combine(cdiFolder, CdiSpecs.MetadataFile(claim.Uid, request)));
            var path = DeviceMetadata.HostPath(metadataFolder, claim, request);
            // The folder goes by the claim's name, and a claim that was made anew under it may have
            // put its own there.
            if (DurableFile.Read(path) is { } content && DeviceMetadata.UidOf(content) == claim.Uid)
            {
                Delete("metadata", path);
                RemoveIfEmpty(Path.GetDirectoryName(path)!);
            }
        }

        RemoveIfEmpty(DeviceMetadata.ClaimFolder(metadataFolder, claim));
        Delete("CDI file", Path.Combine(cdiFolder, CdiSpecs.ClaimFile(claim.Uid)));
    }

    /// <summary>
    /// Removes what runtimes are told of claims that are not prepared, and what was not finished,
    /// without which a claim's folder is empty. Only before claims are prepared.
    /// </summary>
    /// <param name="isKnown">Whether a claim of a uid is.</param>
    public void RemoveStrays(Func<string, bool> isKnown)
    {
        DurableFile.RemoveUnfinished(metadataFolder, "*", SearchOption.AllDirectories);
        foreach (var claim in Directory.Exists(metadataFolder) ? Directory.GetDirectories(metadataFolder) : [])
        {
            Array.ForEach(Directory.GetDirectories(claim), RemoveIfEmpty);
            RemoveIfEmpty(claim);
        }

        foreach (var prefix in new[] { CdiSpecs.ClaimPrefix, CdiSpecs.MetadataPrefix })
        {
            DurableFile.RemoveUnfinished(cdiFolder, prefix + "*");
            foreach (var path in Directory.Exists(cdiFolder) ? Directory.GetFiles(cdiFolder, prefix + "*.json") : [])
            {
                var rest = Path.GetFileNameWithoutExtension(path)[prefix.Length..];
                if (!isKnown(rest.Split('_')[0]))
                {
                    Delete("stray CDI file", path);
                }
            }
        }
    }

    private void Write(string what, string path, JsonObject content)
    {
        before?.Invoke(what);
        DurableFile.Replace(path, content.ToJsonString() + "\n");
    }

    private void Delete(string what, string path)
    {
        if (File.Exists(path))
        {
            before?.Invoke($"remove {what}");
            File.Delete(path);
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
