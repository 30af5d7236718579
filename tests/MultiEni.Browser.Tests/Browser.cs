using System.Diagnostics;

namespace MultiEni.Browser.Tests;

/// <summary>
/// Debian's Chromium without a window, driven by its DevTools protocol: nothing else has to be
/// installed (https://chromedevtools.github.io/devtools-protocol/).
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly DevTools _devTools;

    private Browser(Process process, DirectoryInfo profile, DevTools devTools)
    {
        _process = process;
        _profile = profile;
        _devTools = devTools;
    }

    /// <summary>Starts it with a profile of its own.</summary>
    public static async Task<Browser> StartAsync(CancellationToken cancellationToken)
    {
        var program =
            Array.Find(Candidates, File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed: run eng/install-prerequisites.sh, or apt-get install chromium.");
        var profile = Directory.CreateTempSubdirectory("browser-");
        var process = Process.Start(
            new ProcessStartInfo(
                program,
                [
                    "--headless=new",
                    // Tests run as root in containers, where its sandbox does not start.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-extensions",
                    "--disable-background-networking",
                    "--no-first-run",
                    "--hide-scrollbars",
                    "--force-color-profile=srgb",
                    "--remote-debugging-port=0",
                    $"--user-data-dir={profile.FullName}",
                    "about:blank",
                ]
            )
            {
                RedirectStandardError = true,
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        process.BeginOutputReadLine();

        // It says "DevTools listening on ws://127.0.0.1:PORT/devtools/browser/ID".
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf("ws://", StringComparison.Ordinal) is >= 0 and var start)
            {
                address.TrySetResult(new Uri(line.Data[start..].Trim()));
            }
            else if (line.Data is null)
            {
                address.TrySetException(new InvalidOperationException($"{program} ended before it listened"));
            }
        };
        process.BeginErrorReadLine();
        var devTools = await DevTools.ConnectAsync(await address.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken), cancellationToken);
        return new Browser(process, profile, devTools);
    }

    /// <summary>A tab with nothing in it.</summary>
    public Task<Tab> OpenAsync(CancellationToken cancellationToken) => Tab.OpenAsync(_devTools, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _devTools.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // One of its processes still writes; the folder is a temporary one.
        }
    }
}
