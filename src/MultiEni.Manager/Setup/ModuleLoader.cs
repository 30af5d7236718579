using System.Diagnostics;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Loads modules with the host's own rules: kmod's modprobe, which knows dependencies, options, blacklists and compressed modules, run without a
/// shell and limited in time.
/// </summary>
/// <param name="root">Where the host's root is; <c>/</c> when its <c>/lib/modules</c> is mounted in its usual place.</param>
/// <param name="folders">Folders in which modprobe is looked for.</param>
/// <param name="limit">How long one module may take.</param>
/// <param name="time">The clock of the limit.</param>
internal sealed class ModuleLoader(string root, IReadOnlyList<string> folders, TimeSpan limit, TimeProvider time)
{
    private const int OutputLimit = 600;

    /// <summary>The folders of <c>PATH</c>, and those of system tools, which a container's <c>PATH</c> may lack.</summary>
    public static IReadOnlyList<string> Folders(string? path) =>
        [
            .. (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified),
            "/usr/sbin",
            "/sbin",
            "/usr/bin",
            "/bin",
        ];

    /// <summary>Loads a module and what it depends on; succeeds when it is loaded already.</summary>
    public async Task<ModuleLoad> LoadAsync(string module, string parameters, string kernelRelease, CancellationToken cancellationToken)
    {
        var modules = Path.Join(root, "lib/modules", kernelRelease);
        if (!Directory.Exists(modules))
        {
            return new ModuleLoad.NoModules(modules);
        }

        if (folders.Select(folder => Path.Join(folder, "modprobe")).FirstOrDefault(File.Exists) is not { } tool)
        {
            return new ModuleLoad.NoTool();
        }

        var start = new ProcessStartInfo(tool)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        string[] elsewhere = root == "/" ? [] : ["-d", root];
        foreach (var argument in (string[])[.. elsewhere, "--", module, .. parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} does not start.");
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // One that hangs in the kernel does not end, and is not waited for.
            process.Kill();
            return new ModuleLoad.TooSlow(limit);
        }

        return process.ExitCode == 0 ? new ModuleLoad.Done() : new ModuleLoad.Failed(Text(await output));
    }

    private static string Text(string[] outputs)
    {
        var text = string.Join("; ", outputs.SelectMany(output => output.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0));
        return text.Length <= OutputLimit ? text : text[^OutputLimit..];
    }
}
