namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>One column of <c>kubectl get</c>.</summary>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, int Priority = 0, string Format = "", string Description = "");
