using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Setup;

/// <summary>What to do next when a host is set up.</summary>
internal abstract record SetupStep
{
    private SetupStep() { }

    /// <summary>Load a module.</summary>
    /// <param name="Module">Its name.</param>
    /// <param name="Parameters">Its parameters; a kernel ignores those that the module does not know.</param>
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
