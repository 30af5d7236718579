using System.Diagnostics;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.GuestChecks;

/// <summary>The machine as it starts: files, permissions and the default route.</summary>
internal static class MachineChecks
{
    public static async Task RunAsync(Checks checks, NodeHost host)
    {
        await checks.CheckAsync(
            "the boot has an identity",
            async token => Guid.TryParse(await host.Files.ReadTextAsync("/proc/sys/kernel/random/boot_id", token), out _) ? null : "none"
        );

        var cautious = new KernelFiles(new KernelHostOptions(), new BlockingCalls());
        await checks.CheckAsync(
            "sysfs is not written to by a program that was not told so",
            async token =>
            {
                try
                {
                    return $"the write returned {await cautious.WriteAsync("/sys/bus/pci/drivers_probe", "0000:ff:1f.7", token)}";
                }
                catch (InvalidOperationException)
                {
                    return null;
                }
            }
        );

        await checks.CheckAsync(
            "sysfs mounted somewhere else is recognised all the same",
            token => MountedElsewhereAsync(options: "rw", allow: false, token)
        );
        await checks.CheckAsync("sysfs mounted read-only says so", token => MountedElsewhereAsync(options: "ro", allow: true, token));

        await checks.CheckAsync(
            "the default route has no destination and leads over the first card",
            async token =>
            {
                var state = await host.Links.ReadAsync(token);
                var first = state.Links.Single(link => link.Name == "eth0");
                return state.Routes.Any(route =>
                    route is { Family: 4, Table: 254, Destination: null, Gateway: "10.0.2.2" } && route.LinkIndex == first.Index
                )
                    ? null
                    : string.Join(", ", state.Routes);
            }
        );
    }

    private static async Task<string?> MountedElsewhereAsync(string options, bool allow, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("sysfs-");
        var target = root.CreateSubdirectory("sys").FullName;
        using var mount = Process.Start("mount", ["-t", "sysfs", "-o", options, "sysfs", target]);
        await mount.WaitForExitAsync(cancellationToken);
        var files = new KernelFiles(new KernelHostOptions { Root = root.FullName, AllowRealSysfs = allow }, new BlockingCalls());
        try
        {
            var errno = await files.WriteAsync("/sys/bus/pci/drivers_probe", "0000:ff:1f.7", cancellationToken);
            return allow && errno is Errno.ReadOnly ? null : $"the write returned {errno}";
        }
        catch (InvalidOperationException) when (!allow)
        {
            return null;
        }
    }
}
