using System.Text;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Replaces a file as a whole: a reader, and a crash, see the old text or the new one.
/// </summary>
internal static class DurableFile
{
    private const string Unfinished = ".tmp";

    /// <summary>
    /// Writes beside the file, forces it to the disk, renames. Creates the folder when it is
    /// missing.
    /// </summary>
    /// <exception cref="IOException">
    /// The disk does not take it; the old file is untouched.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Replace(string path, string text)
    {
        using var pending = Prepare(path, text);
        pending.Commit();
    }

    /// <summary>
    /// Writes beside the file and forces it to the disk, so that all that can fail for want of room
    /// has been done when this returns.
    /// </summary>
    /// <returns>What replaces the file when it is committed, and goes when it is not.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static PendingFile Prepare(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{Unfinished}");
        try
        {
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
            return new PendingFile(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Removes what a program that was killed while it wrote has left beside its files. Only while
    /// nobody writes them.
    /// </summary>
    /// <param name="folder">The folder; need not exist.</param>
    /// <param name="names">Which files, such as <c>state.json</c> or <c>*.json</c>.</param>
    /// <param name="within">Whether the folders in it count too.</param>
    /// <exception cref="IOException">One cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be removed.</exception>
    public static void RemoveUnfinished(string folder, string names, SearchOption within = SearchOption.TopDirectoryOnly)
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, $".{names}.*{Unfinished}", within) : [])
        {
            File.Delete(path);
        }
    }

    /// <summary>The text, or null when there is no such file.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>
/// A file that is on the disk beside the one that it is to replace; see
/// <see cref="DurableFile.Prepare"/>.
/// </summary>
internal sealed class PendingFile(string temporary, string path) : IDisposable
{
    private bool _committed;

    /// <summary>Takes the old file's place.</summary>
    /// <exception cref="IOException">It could not; the old file is untouched.</exception>
    public void Commit()
    {
        File.Move(temporary, path, overwrite: true);
        _committed = true;
    }

    /// <summary>Removes it, unless it has taken the old file's place.</summary>
    public void Dispose()
    {
        if (!_committed)
        {
            File.Delete(temporary);
        }
    }
}
