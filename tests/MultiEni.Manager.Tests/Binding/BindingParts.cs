using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Tests.Binding;

/// <summary>One life of the binding parts.</summary>
internal sealed class BindingParts
{
    public BindingParts(BindingBench bench, Action<string>? before, string? script, TimeSpan limit)
    {
        var time = TimeProvider.System;
        Journal = new BindingJournal(bench.JournalPath, before);
        Writer = new HostWriter(bench.Wire.Files, time, limit, before, _ => { });
        var native = new NativeDriverMethod(bench.Wire.Files, Writer, time);
        IDriverMethod method = script is null ? native : new ScriptDriverMethod(script, limit, Writer, time);
        var verification = new DeviceVerification(bench.Wire, time);
        var restoration = new DeviceRestoration(bench.Wire, method, native, verification, Journal);
        Bind = new BindSequence(
            bench.Wire,
            Writer,
            method,
            new BindPreparation(bench.Wire.Files, Writer, bench.NoIommu),
            verification,
            restoration,
            Journal
        );
        GiveBack = new GiveBackSequence(Writer, restoration);
    }

    public BindingJournal Journal { get; }

    public HostWriter Writer { get; }

    public BindSequence Bind { get; }

    public GiveBackSequence GiveBack { get; }
}
