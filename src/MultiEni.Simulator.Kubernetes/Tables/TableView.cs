using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>How a client wants rows.</summary>
/// <param name="Resource">What the rows are.</param>
/// <param name="IncludeObject"><c>None</c>, <c>Metadata</c> or <c>Object</c>: what a row carries besides its cells.</param>
/// <param name="Time">The clock of ages.</param>
internal sealed record TableView(ResourceDefinition Resource, string IncludeObject, TimeProvider Time);
