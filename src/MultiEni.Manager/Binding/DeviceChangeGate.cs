using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Binding;

/// <summary>
/// One change of driver at a time on the node (S13): among the workers of this program, and, by a
/// lock on a file, among two agents that meet while one replaces the other.
/// </summary>
internal sealed class DeviceChangeGate(string lockPath) : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>
    /// Enters and returns what leaves again when disposed; null when somebody else is inside.
    /// </summary>
    /// <exception cref="JournalException">The lock's folder cannot be written.</exception>
    public IDisposable? TryEnter()
    {
        if (!_semaphore.Wait(0))
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(lockPath))!);
            return new Inside(_semaphore, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (SystemErrors.Find(error) == Errno.Again)
        {
            _semaphore.Release();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _semaphore.Release();
            throw new JournalException(lockPath, error);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _semaphore.Dispose();

    private sealed class Inside(SemaphoreSlim semaphore, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            semaphore.Release();
        }
    }
}
