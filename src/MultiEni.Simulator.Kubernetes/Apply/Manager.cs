namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Who writes, as managedFields tells writers apart.</summary>
internal readonly record struct Manager(string Name, bool IsApply, string ApiVersion, string Subresource);
