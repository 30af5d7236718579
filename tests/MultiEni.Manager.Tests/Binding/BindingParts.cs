using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Binding;

/// <summary>One life of the binding parts.</summary>
internal sealed class BindingParts
{
    public BindingParts(BindingBench bench, Action<string>? before, string? script, TimeSpan limit, ILinks? links)
    {
        var host = links is null ? bench.Wire : bench.Wire with { Links = links };
        var time = TimeProvider.System;
        Journal = new BindingJournal(bench.JournalPath, before);
        Locked = new LockedFiles(bench.Wire.Files, time, limit, before, _ => { });
        var native = new NativeDriverMethod(bench.Wire.Files, Locked, time);
        IDriverMethod method = script is null ? native : new ScriptDriverMethod(script, limit, Locked, time);
        var verification = new DeviceVerification(host, time);
        var restoration = new DeviceRestoration(host, Locked, method, native, verification, Journal);
        Bind = new BindSequence(
            host,
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
