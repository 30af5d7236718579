using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Loads modules with the host's own rules: kmod's modprobe, which knows dependencies, options,
/// blacklists and compressed modules, run without a shell and limited in time.
/// </summary>
/// <param name="root">
/// Where the host's root is; <c>/</c> when its <c>/lib/modules</c> is mounted in its usual place.
/// </param>
/// <param name="folders">Folders in which modprobe is looked for.</param>
/// <param name="limit">How long one module may take.</param>
/// <param name="time">The clock of the limit.</param>
internal sealed class ModuleLoader(string root, IReadOnlyList<string> folders, TimeSpan limit, TimeProvider time)
{
    private const int OutputLimit = 600;

    /// <summary>
    /// The folders of <c>PATH</c>, and those of system tools, which a container's <c>PATH</c> may
    /// lack.
    /// </summary>
    public static IReadOnlyList<string> Folders(string? path) =>
        [
            .. (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified),
            "/usr/sbin",
            "/sbin",
            "/usr/bin",
            "/bin",
        ];

    /// <summary>
    /// Loads a module and what it depends on; succeeds when it is loaded already.
    /// </summary>
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

/// <summary>What came of an attempt to load a module.</summary>
internal abstract record ModuleLoad
{
    private ModuleLoad() { }

    /// <summary>The tool reported success.</summary>
    public sealed record Done : ModuleLoad;

    /// <summary>The tool failed.</summary>
    /// <param name="Output">What it said.</param>
    public sealed record Failed(string Output) : ModuleLoad;

    /// <summary>The kernel's modules are not where they must be.</summary>
    /// <param name="Folder">Where they were looked for.</param>
    public sealed record NoModules(string Folder) : ModuleLoad;

    /// <summary>There is no modprobe.</summary>
    public sealed record NoTool : ModuleLoad;

    /// <summary>It took too long.</summary>
    /// <param name="Limit">How long was waited.</param>
    public sealed record TooSlow(TimeSpan Limit) : ModuleLoad;
}

/// <summary>
/// Why a module is not there after an attempt to load it, and what to do about it.
/// </summary>
internal static class ModuleFailure
{
    // What kmod prints of the kernel's answers; in the C locale, in which it is run.
    private static readonly string[] Forbidden = ["Operation not permitted", "Permission denied"];
    private static readonly string[] BadSignature = ["Key was rejected", "Required key not available", "Key has been revoked", "Key has expired"];
    private static readonly string[] WrongKernel = ["Exec format error", "Invalid module format", "disagrees about version", "Unknown symbol"];

    /// <summary>Explains.</summary>
    /// <param name="module">The module.</param>
    /// <param name="load">What came of the attempt.</param>
    /// <param name="facts">The host.</param>
    public static Blocker Explain(string module, ModuleLoad load, SetupFacts facts)
    {
        var subject = $"The kernel module {module} could not be loaded";
        return load switch
        {
            ModuleLoad.NoTool => Unavailable(
                $"{subject}: there is no modprobe in this container. Put the package kmod into the image, or load the module on the host at boot "
                    + $"(/etc/modules-load.d), with which it is enough."
            ),
            ModuleLoad.NoModules none => Unavailable(
                $"{subject}: {none.Folder} does not exist. Mount the host's /lib/modules there (read-only is enough), or load the module on the host at boot."
            ),
            ModuleLoad.TooSlow slow => Unavailable(
                $"{subject}: modprobe did not end within {slow.Limit.TotalSeconds:0} s; see the kernel log of the node."
            ),
            ModuleLoad.Failed failed => Failed(module, subject, failed.Output, facts),
            ModuleLoad.Done => Unavailable($"{subject}: modprobe reported success, but the kernel does not show it; see the kernel log of the node."),
            _ => throw new UnreachableException($"{load}"),
        };
    }

    private static Blocker Failed(string module, string subject, string output, SetupFacts facts)
    {
        if (output.Contains("not found in directory", StringComparison.Ordinal))
        {
            return Unavailable($"{subject}: kernel {facts.KernelRelease} has no such module. {Source(module)} It said: {output}");
        }

        if (Says(output, BadSignature) || (Says(output, Forbidden) && facts is { MayLoadModules: true, IsLockedDown: true }))
        {
            var state = facts.IsLockedDown ? $" (lockdown: {facts.Lockdown?.Trim()})" : "";
            return Unavailable(
                $"{subject}: the kernel accepts only modules with a signature that it knows{state}, as with secure boot. Use the distribution's own "
                    + $"module, sign this one with an enrolled key, or switch secure boot off. It said: {output}"
            );
        }

        if (Says(output, Forbidden))
        {
            return new Blocker(
                Reasons.InsufficientPermissions,
                $"{subject}: this container may not load modules. Run it privileged, or with the capability SYS_MODULE. It said: {output}"
            );
        }

        return Says(output, WrongKernel)
            ? Unavailable(
                $"{subject}: it was built for another kernel than {facts.KernelRelease}. Build or install it for this one. It said: {output}"
            )
            : Unavailable($"{subject}; see the kernel log of the node. It said: {output}");
    }

    private static string Source(string module) =>
        module == DpdkDrivers.IgbUio
            ? "It belongs to the DPDK project and has to be built for the kernel (dpdk-kmods)."
            : "Install the package of kernel modules that has it (kernel-modules-extra, linux-modules-extra), use an AMI with it, or, "
                + "where no device is to be bound, set eniManager.dpdk.enabled=false.";

    private static Blocker Unavailable(string message) => new(Reasons.DriverModuleUnavailable, message);

    private static bool Says(string output, string[] texts) => texts.Any(text => output.Contains(text, StringComparison.Ordinal));
}
