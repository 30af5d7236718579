namespace MultiEni.Manager.Binding;

/// <summary>A file that is on the disk beside the one that it is to replace; see <see cref="DurableFile.Prepare"/>.</summary>
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
