using System.Diagnostics;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>A program that runs as long as its owner wants, with what it wrote last.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 20;
    private readonly Queue<string> lines = [];
    private readonly Process process;
    private readonly string path;

    private ChildProcess(string path, IReadOnlyList<string> arguments)
    {
        this.path = path;
        process = new Process
        {
            StartInfo = new ProcessStartInfo(path, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public bool HasEnded => process.HasExited;

    public string LastLines
    {
        get
        {
            lock (lines)
            {
                return string.Join('\n', lines);
            }
        }
    }

    /// <summary>Starts a program; both of its streams are read from then on.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static ChildProcess Start(string path, IReadOnlyList<string> arguments)
    {
        var child = new ChildProcess(path, arguments);
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>How a program that has ended did so. Waits for the last of what it wrote.</summary>
    public async Task<string> ObituaryAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return $"{path} ended with code {process.ExitCode}: {LastLines}";
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > KeptLines)
            {
                lines.Dequeue();
            }
        }
    }
}
