using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>One entry of <c>x-kubernetes-validations</c>, compiled.</summary>
/// <param name="Source">The rule.</param>
/// <param name="Program">What it means.</param>
/// <param name="Message">What is said of an object that breaks it.</param>
internal sealed record SchemaRule(string Source, CelProgram Program, string? Message)
{
    /// <summary>Whether it runs on an update only.</summary>
    public bool UsesOldSelf => Program.Names.Contains(SchemaTypes.OldSelf);

    /// <summary>What a failure is called when there is no better text.</summary>
    public string Name => Message ?? Source.Trim();
}
