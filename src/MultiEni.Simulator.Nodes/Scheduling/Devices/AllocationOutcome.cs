using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>Whether a node can give the devices that claims ask for.</summary>
internal abstract record AllocationOutcome
{
    private AllocationOutcome() { }

    /// <summary>It can.</summary>
    /// <param name="Allocations">
    /// What belongs into <c>status.allocation</c> of each claim, in their order; null for a claim
    /// that has one already.
    /// </param>
    internal sealed record Allocated(IReadOnlyList<JsonObject?> Allocations) : AllocationOutcome;

    /// <summary>This node cannot; another may.</summary>
    internal sealed record NotOnNode(string Message) : AllocationOutcome;

    /// <summary>
    /// Something is wrong with a claim, a class or a pool, so that the pod is not placed anywhere.
    /// </summary>
    internal sealed record Failed(string Message) : AllocationOutcome;
}
