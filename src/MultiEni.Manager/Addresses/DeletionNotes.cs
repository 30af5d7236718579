using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Notes that the plugin leaves of interfaces that were deleted while the ENI manager was away.
/// </summary>
/// <param name="folder">Where they are; need not exist.</param>
internal sealed class DeletionNotes(string folder)
{
    private const int LongestNote = 1 << 16;

    /// <summary>Reads them. A note that is not whole yet, or no note at all, is left out.</summary>
    public IReadOnlyList<DeletionNote> Read()
    {
        var notes = new List<DeletionNote>();
        foreach (var file in Files())
        {
            try
            {
                if (
                    new FileInfo(file).Length <= LongestNote
                    && JsonSerializer.Deserialize(File.ReadAllText(file), IpamJson.Default.IpamRequest)
                        is { ContainerId.Length: > 0, Interface.Length: > 0 } request
                )
                {
                    notes.Add(new DeletionNote(file, new InterfaceId(request.ContainerId, request.Interface)));
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                // Looked at again the next time.
            }
        }

        return notes;
    }

    /// <summary>Removes a note that was applied.</summary>
    public static void Remove(DeletionNote note)
    {
        try
        {
            File.Delete(note.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Applying it again does no harm: a sandbox's ID is never used again.
        }
    }

    private string[] Files()
    {
        try
        {
            return [.. Directory.GetFiles(folder, "*.note").Where(file => !Path.GetFileName(file).StartsWith('.'))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>A note.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Interface">The interface that was deleted.</param>
internal sealed record DeletionNote(string Path, InterfaceId Interface);
