using System.Diagnostics;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>
/// A real terminal: a pane of a tmux server of its own, which a test resizes and reads.
/// </summary>
internal sealed class Terminal : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("terminal-");

    private string ExitFile => Path.Combine(_folder.FullName, "exit-code");

    private string Socket => Path.Combine(_folder.FullName, "tmux");

    /// <summary>
    /// Opens one in which a command runs; the pane stays when the command has ended.
    /// </summary>
    public static async Task<Terminal> OpenAsync(int columns, int rows, string command, params string[] environment)
    {
        var terminal = new Terminal();
        await terminal.TmuxAsync(
            "start-server",
            ";",
            "set-option",
            "-g",
            "remain-on-exit",
            "on",
            ";",
            "set-option",
            "-g",
            "remain-on-exit-format",
            "",
            ";",
            "set-option",
            "-g",
            "history-limit",
            "5000",
            ";",
            "new-session",
            "-d",
            "-x",
            $"{columns}",
            "-y",
            $"{rows}",
            // The shell notes the exit code, since tmux 3.3 sometimes does not learn of it; Ctrl-C
            // reaches the shell too.
            $"trap : INT; env {string.Join(' ', environment)} {command}; echo $? >{terminal.ExitFile}"
        );
        await terminal.TmuxAsync("set-option", "-g", "window-size", "manual");
        return terminal;
    }

    public Task ResizeAsync(int columns, int rows) => TmuxAsync("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>
    /// All lines from the first one printed, those that have scrolled away included; without the
    /// empty ones at the end.
    /// </summary>
    /// <param name="escapes">With colours, as escape sequences.</param>
    public async Task<IReadOnlyList<string>> LinesAsync(bool escapes = false)
    {
        var text = await TmuxAsync(["capture-pane", "-p", "-J", "-S", "-", .. escapes ? (string[])["-e"] : []]);
        return text.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList();
    }

    /// <summary>The lines, as soon as one contains a text.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(string text)
    {
        while (true)
        {
            var lines = await LinesAsync();
            if (lines.Any(line => line.Contains(text)))
            {
                return lines;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the command's end and returns its exit code.</summary>
    public async Task<int> ExitCodeAsync()
    {
        while (true)
        {
            if (File.Exists(ExitFile) && await File.ReadAllTextAsync(ExitFile, TestContext.Current.CancellationToken) is [.. var code, '\n'])
            {
                return int.Parse(code);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public Task KeyAsync(string key) => TmuxAsync("send-keys", key);

    public async ValueTask DisposeAsync()
    {
        await TmuxAsync("kill-server");
        _folder.Delete(recursive: true);
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-f", "/dev/null", "-S", Socket, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {await error}");
        return output;
    }
}
