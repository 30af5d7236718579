using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>How a client wants rows.</summary>
internal sealed record TableView(ResourceDefinition Resource, string IncludeObject, TimeProvider Time);
