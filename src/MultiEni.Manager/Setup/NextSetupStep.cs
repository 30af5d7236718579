using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Decides how a host is made ready for user-space drivers: their modules first, then no-IOMMU
/// mode, which is switched on only where there is no IOMMU and the policy allows it.
/// Asked again after each step.
/// </summary>
internal static class NextSetupStep
{
    /// <summary>
    /// Confines the memory accesses of a DPDK application where there is an IOMMU; vfio needs it
    /// then.
    /// </summary>
    public const string IommuModule = "vfio_iommu_type1";

    private const string NoIommuWarning =
        "this node has no IOMMU and its kernel has no no-IOMMU mode (CONFIG_VFIO_NOIOMMU), so no device can be bound to vfio-pci. "
        + "Use an instance type with an IOMMU (.metal) or another kernel.";

    /// <summary>
    /// The modules that the drivers need on this host, in the order in which they are loaded.
    /// </summary>
    public static IReadOnlyList<string> Modules(SetupSettings settings, bool hasIommu) =>
        hasIommu && settings.Drivers.Contains(DpdkDrivers.VfioPci) ? [.. settings.Drivers, IommuModule] : settings.Drivers;

    /// <summary>The next step.</summary>
    public static SetupStep Decide(SetupSettings settings, SetupFacts facts)
    {
        if (!settings.DpdkEnabled)
        {
            return new SetupStep.Done(["ENABLE_DPDK is false on this node: nothing is set up."], "");
        }

        // One driver that cannot be had is no reason to do without the others.
        var missing = new List<Blocker>();
        foreach (var module in Modules(settings, facts.HasIommu).Where(module => !facts.Present.Contains(module)))
        {
            if (!facts.Tried.TryGetValue(module, out var tried))
            {
                return new SetupStep.Load(module, module == DpdkDrivers.IgbUio ? "wc_activate=1" : "");
            }

            missing.Add(ModuleFailure.Explain(module, tried, facts));
        }

        var bindsToVfio = settings.Drivers.Contains(DpdkDrivers.VfioPci) && facts.Present.Contains(DpdkDrivers.VfioPci);
        var warning = "";
        if (bindsToVfio && !facts.HasIommu && !facts.NoIommuIsOn && settings.NoIommu != NoIommuMode.Never)
        {
            switch (facts)
            {
                case { NoIommuMode: null } when settings.NoIommu == NoIommuMode.Always:
                    missing.Add(new Blocker(Reasons.NoIommuUnsupportedByKernel, $"NOIOMMU_MODE is 'always', but {NoIommuWarning}"));
                    break;
                case { NoIommuMode: null }:
                    warning = NoIommuWarning;
                    break;
                case { SwitchAnswer: { } answer }:
                    missing.Add(NotSwitched(answer, facts));
                    break;
                default:
                    return new SetupStep.Switch(On: true);
            }
        }

        return missing.Count == 0
            ? Done(settings, facts, warning)
            : new SetupStep.Fail(missing[0] with { Message = string.Join(' ', missing.Select(why => why.Message)) });
    }

    /// <summary>
    /// The next step of taking it back. Only no-IOMMU mode is: loaded modules do nothing by
    /// themselves, somebody else may use them by now, and neither outlives the next boot.
    /// </summary>
    /// <param name="facts">What the host shows.</param>
    /// <param name="switchedOnIn">
    /// The boot in which no-IOMMU mode was switched on by this program; null when it was not.
    /// </param>
    public static SetupStep Undo(SetupFacts facts, string? switchedOnIn)
    {
        if (!facts.NoIommuIsOn || switchedOnIn != facts.BootId)
        {
            return new SetupStep.Done(
                ["Nothing to take back: no-IOMMU mode was not switched on by this program in this boot. Modules stay loaded."],
                ""
            );
        }

        if (facts.HasNoIommuGroups)
        {
            return new SetupStep.Done(
                ["No-IOMMU mode stays on until the next boot, or until this is run again."],
                "a device is still bound in no-IOMMU mode. Give it back first (delete its NodeENI)."
            );
        }

        return facts.SwitchAnswer is { } answer ? new SetupStep.Fail(NotSwitched(answer, facts)) : new SetupStep.Switch(On: false);
    }

    private static SetupStep.Done Done(SetupSettings settings, SetupFacts facts, string warning)
    {
        var summary = new List<string> { $"Ready for {string.Join(", ", settings.Drivers)}." };
        if (settings.Drivers.Contains(DpdkDrivers.VfioPci))
        {
            summary.Add(
                (facts.HasIommu, facts.NoIommuIsOn, settings.NoIommu) switch
                {
                    (true, true, _) =>
                        "No-IOMMU mode is on, not by this program, although there is an IOMMU; it has no effect on devices behind that.",
                    (true, false, _) => "There is an IOMMU: devices are confined by it, and no-IOMMU mode stays off.",
                    (false, true, _) => "No-IOMMU mode is on: a pod with a bound device can reach all memory of the node.",
                    (false, false, NoIommuMode.Never) => "NOIOMMU_MODE is 'never' and there is no IOMMU: no device will be bound to vfio-pci.",
                    _ => "There is no IOMMU.",
                }
            );
        }

        summary.AddRange(settings.Drivers.Select(driver => $"Write combining with {driver}: {WriteCombining.Of(driver, facts.VfioTaint)}."));
        return new SetupStep.Done(summary, warning);
    }

    private static Blocker NotSwitched(Errno answer, SetupFacts facts)
    {
        if (answer == Errno.None)
        {
            return new Blocker(
                Reasons.NoIommuUnsupportedByKernel,
                $"{SysfsPaths.NoIommuMode} still reads '{facts.NoIommuMode}' after it was written."
            );
        }

        var why = SysfsFailure.Explain(SysfsPaths.NoIommuMode, answer, DpdkDrivers.VfioPci);
        return facts.IsLockedDown ? why with { Message = $"{why.Message} The kernel is locked down ({facts.Lockdown?.Trim()})." } : why;
    }
}

/// <summary>What to do next when a host is set up.</summary>
internal abstract record SetupStep
{
    private SetupStep() { }

    /// <summary>Load a module.</summary>
    /// <param name="Module">Its name.</param>
    /// <param name="Parameters">
    /// Its parameters; a kernel ignores those that the module does not know.
    /// </param>
    public sealed record Load(string Module, string Parameters) : SetupStep;

    /// <summary>Switch no-IOMMU mode.</summary>
    public sealed record Switch(bool On) : SetupStep;

    /// <summary>It cannot be done.</summary>
    public sealed record Fail(Blocker Why) : SetupStep;

    /// <summary>There is nothing left to do.</summary>
    /// <param name="Summary">How it stands, a sentence each.</param>
    /// <param name="Warning">What will not work all the same; empty for nothing.</param>
    public sealed record Done(IReadOnlyList<string> Summary, string Warning) : SetupStep;
}
