using System.Diagnostics;
using MultiEni.Manager.Host;

namespace MultiEni.GuestChecks;

/// <summary>
/// From the kernel's driver to vfio-pci and back, with what goes wrong on the way.
/// </summary>
internal static class BindChecks
{
    private const string NoIommuMode = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    public static async Task RunAsync(Checks checks, NodeHost host, Adapter adapter, EventLog log, string mac, bool hasIommu)
    {
        await RefusalsAsync(checks, host, adapter);
        if (!hasIommu)
        {
            await WithoutNoIommuModeAsync(checks, host, adapter);
        }

        var name = (await LinkChecks.FindAsync(host, mac, CancellationToken.None)).Name;
        log.Clear();
        await checks.EqualAsync("it binds to vfio-pci", Errno.None, adapter.TakeAsync);
        await checks.EqualAsync("the driver link says so", "vfio-pci", adapter.DriverAsync);
        await checks.CheckAsync("its interface's end is announced", token => log.ExpectAsync(new HostEvent("remove", "net", name), token));
        await checks.CheckAsync("the unbind is announced", token => log.ExpectAsync(new HostEvent("unbind", "pci", adapter.Address), token));
        await checks.CheckAsync("the bind is announced", token => log.ExpectAsync(new HostEvent("bind", "pci", adapter.Address), token));
        await checks.CheckAsync(
            hasIommu ? "its group has a device node" : "its group has a device node of no-IOMMU mode",
            async token =>
            {
                var node = await adapter.GroupNodeAsync(token);
                return node is not null && node.Contains("noiommu", StringComparison.Ordinal) != hasIommu && await host.Files.ExistsAsync(node, token)
                    ? null
                    : $"{node} of {string.Join(' ', await host.Files.ListAsync("/dev/vfio", token))}";
            }
        );
        await checks.EqualAsync(
            "the group is free to open",
            Errno.None,
            async token => await host.Files.ProbeOpenAsync((await adapter.GroupNodeAsync(token))!, token)
        );

        await HeldAsync(checks, host, adapter);

        await checks.EqualAsync("it binds again", Errno.None, adapter.TakeAsync);
        log.Clear();
        await checks.EqualAsync("it is given back", Errno.None, adapter.GiveBackAsync);
        await checks.EqualAsync("the kernel's driver has it", "e1000e", adapter.DriverAsync);
        await checks.EqualAsync(
            "nothing of the override is left",
            "(null)",
            token => host.Files.ReadTextAsync(adapter.Device + "/driver_override", token)
        );
        await checks.CheckAsync(
            "its interface is announced",
            token => log.ExpectAsync(announced => announced is { Action: "add", Subsystem: "net" }, token)
        );
        await checks.EqualAsync("with the address that it had", mac, async token => (await LinkChecks.FindAsync(host, mac, token)).MacAddress);
    }

    private static async Task RefusalsAsync(Checks checks, NodeHost host, Adapter adapter)
    {
        await checks.EqualAsync("a driver that does not match says no such device", Errno.NoDevice, token => adapter.BindAsync("vfio-pci", token));
        await checks.EqualAsync(
            "so does one asked to let go of what it does not hold",
            Errno.NoDevice,
            token => adapter.UnbindAsync("vfio-pci", token)
        );
        await checks.EqualAsync("a driver that is not loaded has no entry", Errno.NoEntry, token => adapter.BindAsync("no-such-driver", token));
        await checks.EqualAsync("binding what is bound says busy", Errno.Busy, token => adapter.BindAsync("e1000e", token));
        await checks.EqualAsync("the device kept its driver through all this", "e1000e", adapter.DriverAsync);
        await checks.CheckAsync(
            "a driver that nobody has leaves the device without one, and the probe says nothing",
            async token =>
            {
                var errors = new[]
                {
                    await adapter.OverrideAsync("no-such-driver", token),
                    await adapter.UnbindAsync("e1000e", token),
                    await adapter.ProbeAsync(token),
                };
                var driver = await adapter.DriverAsync(token);
                await adapter.OverrideAsync("\n", token);
                await adapter.ProbeAsync(token);
                return driver is null && errors.All(errno => errno == Errno.None) ? null : $"{driver}: {string.Join(' ', errors)}";
            }
        );
        await checks.EqualAsync("without the override the probe finds the kernel's driver again", "e1000e", adapter.DriverAsync);
    }

    private static async Task WithoutNoIommuModeAsync(Checks checks, NodeHost host, Adapter adapter)
    {
        await checks.EqualAsync("no-IOMMU mode can be switched off", Errno.None, token => host.Files.WriteAsync(NoIommuMode, "0", token));
        await checks.EqualAsync("vfio-pci then refuses the device as invalid", Errno.Invalid, adapter.TakeAsync);
        await checks.EqualAsync("which leaves it without a driver", null, adapter.DriverAsync);
        await checks.CheckAsync(
            "and it can be given back",
            async token =>
            {
                await adapter.OverrideAsync("\n", token);
                await adapter.ProbeAsync(token);
                return await adapter.DriverAsync(token) == "e1000e" ? null : "not with its driver";
            }
        );
        await checks.EqualAsync("no-IOMMU mode can be switched on", Errno.None, token => host.Files.WriteAsync(NoIommuMode, "1", token));
        await checks.EqualAsync("and reads so", "Y", token => host.Files.ReadTextAsync(NoIommuMode, token));
    }

    /// <summary>A program has the device open, as DPDK would.</summary>
    private static async Task HeldAsync(Checks checks, NodeHost host, Adapter adapter)
    {
        using var holder = Process.Start(
            new ProcessStartInfo("python3", ["/host/guest/hold-device.py", adapter.Address])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        await checks.EqualAsync("a program opens the device", "held", async token => await holder.StandardOutput.ReadLineAsync(token) ?? "nothing");
        await checks.EqualAsync(
            "its group is busy then",
            Errno.Busy,
            async token => await host.Files.ProbeOpenAsync((await adapter.GroupNodeAsync(token))!, token)
        );

        using var patience = new CancellationTokenSource();
        var unbind = adapter.UnbindAsync("vfio-pci", patience.Token).AsTask();
        await checks.CheckAsync(
            "an unbind waits meanwhile, and the driver link is gone already",
            async token =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
                while (await adapter.DriverAsync(token) is not null)
                {
                    await timer.WaitForNextTickAsync(token);
                }

                return unbind.IsCompleted ? $"it returned {await unbind}" : null;
            }
        );
        await checks.CheckAsync(
            // It depends on the kernel whether a reader needs the lock that the unbind holds.
            "the device's override is read meanwhile, or the wait for it can be given up",
            async token =>
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
                deadline.CancelAfter(TimeSpan.FromSeconds(3));
                try
                {
                    var text = await host.Files.ReadTextAsync(adapter.Device + "/driver_override", deadline.Token);
                    return text == "vfio-pci" ? null : $"it read {text}";
                }
                catch (OperationCanceledException) when (!token.IsCancellationRequested)
                {
                    return null;
                }
            }
        );
        await checks.EqualAsync(
            "other files of the machine can be read",
            true,
            async token => (await host.Files.ListAsync("/sys/bus/pci/devices", token)).Contains(adapter.Address)
        );
        await checks.EqualAsync("so can links and routes", true, async token => (await host.Links.ReadAsync(token)).Links.Count > 1);
        await patience.CancelAsync();
        await checks.CheckAsync(
            "giving up the wait does not undo the unbind",
            async token =>
            {
                await ((Task)unbind).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                holder.StandardInput.Close();
                await holder.WaitForExitAsync(token);
                // The override can be read again when the device's lock is free.
                await host.Files.ReadTextAsync(adapter.Device + "/driver_override", token);
                return unbind.IsCanceled && await adapter.DriverAsync(token) is null ? null : "still bound";
            }
        );
    }
}
