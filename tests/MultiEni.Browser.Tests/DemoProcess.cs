using System.Collections.Concurrent;
using System.Diagnostics;

namespace MultiEni.Browser.Tests;

/// <summary>The demo as a program of its own, as a user starts it.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private DemoProcess(Process process) => _process = process;

    /// <summary>All that it printed.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts it with a map.</summary>
    public static DemoProcess Start(params string[] arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "kubectl-eni"), ["demo", "--map", .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var demo = new DemoProcess(process);
        process.OutputDataReceived += (_, line) => demo._lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => demo._lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return demo;
    }

    /// <summary>What follows a text in the first line that has it, as soon as it is printed.</summary>
    public async Task<string> SaidAsync(string before, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.Contains(before, StringComparison.Ordinal)) is { } said)
            {
                return said[(said.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
            }

            Assert.False(_process.HasExited, $"the demo ended and never said '{before}':\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Its exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // So that it ends its programs.
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{_process.Id}"]) { UseShellExecute = false })!;
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
