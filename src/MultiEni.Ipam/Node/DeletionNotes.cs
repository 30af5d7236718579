using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Node;

/// <summary>
/// Notes of interfaces that were deleted while the ENI manager did not answer; it reads them when
/// it starts. The same interface always has the same note.
/// </summary>
/// <param name="folder">Where they are.</param>
internal sealed class DeletionNotes(string folder)
{
    /// <summary>
    /// Writes one: beside its place, forced to the disk, renamed. A reboot, which could undo the
    /// renaming, voids all allocations anyway.
    /// </summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Write(IpamRequest request)
    {
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(stream, request, IpamJson.Default.IpamRequest);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathOf(request), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes the one of an interface that is made anew, which it would undo.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Remove(IpamRequest request)
    {
        var path = PathOf(request);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    // Neither part can have a colon, so different interfaces have different notes. The extension is
    // one that no other program reads: whoever may write network definitions names the folder.
    private string PathOf(IpamRequest request) => Path.Combine(folder, $"{request.ContainerId}:{request.Interface}.note");
}
