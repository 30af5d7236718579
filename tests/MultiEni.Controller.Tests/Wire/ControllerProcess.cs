using System.Collections.Concurrent;
using System.Diagnostics;

namespace MultiEni.Controller.Tests.Wire;

/// <summary>
/// The controller as a process of its own, with an environment of its own.
/// <c>ENI_CONTROLLER_PROGRAM</c> names a published program to run in place of the one that was
/// built with the tests: some traps of the AWS SDK exist only there.
/// </summary>
internal sealed class ControllerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ControllerProcess(Process process) => _process = process;

    public ConcurrentQueue<string> Log { get; } = [];

    public static ControllerProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var published = Environment.GetEnvironmentVariable("ENI_CONTROLLER_PROGRAM");
        var start = new ProcessStartInfo(published ?? "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        if (published is null)
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "eni-controller.dll"));
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var running = new ControllerProcess(new Process { StartInfo = start });
        running.Begin();
        return running;
    }

    /// <summary>Waits for a line that contains these words.</summary>
    public async Task<string> LineAsync(string words)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Log.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"no line has '{words}':\n{string.Join('\n', Log)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Begin()
    {
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            Log.Enqueue(line);
        }
    }
}
