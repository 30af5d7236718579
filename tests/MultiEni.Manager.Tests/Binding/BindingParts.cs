using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Tests.Binding;

/// <summary>One life of the binding parts.</summary>
internal sealed class BindingParts
{
    public BindingParts(BindingBench bench, Action<string>? before, string? script, TimeSpan limit)
    {
        var time = TimeProvider.System;
        Journal = new BindingJournal(bench.JournalPath, before);
        Locked = new LockedFiles(bench.Wire.Files, time, limit, before, _ => { });
        var native = new NativeDriverMethod(bench.Wire.Files, Locked, time);
        IDriverMethod method = script is null ? native : new ScriptDriverMethod(script, limit, Locked, time);
        var verification = new DeviceVerification(bench.Wire, time);
        var restoration = new DeviceRestoration(bench.Wire, Locked, method, native, verification, Journal);
        Bind = new BindSequence(
            bench.Wire,
            Locked,
            method,
            new BindPreparation(bench.Wire.Files, Locked, bench.NoIommu, () => bench.SetupProblem),
            verification,
            restoration,
            Journal
        );
        GiveBack = new GiveBackSequence(Locked, restoration);
    }

    public BindingJournal Journal { get; }

    public LockedFiles Locked { get; }

    public BindSequence Bind { get; }

    public GiveBackSequence GiveBack { get; }
}
