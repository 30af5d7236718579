using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Setup;

/// <summary>Why a module is not there after an attempt to load it, and what to do about it.</summary>
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
            _ => Unavailable($"{subject}: modprobe reported success, but the kernel does not show it; see the kernel log of the node."),
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
