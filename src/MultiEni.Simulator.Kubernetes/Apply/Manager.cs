namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Who writes, as managedFields tells writers apart.</summary>
/// <param name="Name">The field manager.</param>
/// <param name="IsApply">Whether it applies; what it updates otherwise is kept apart.</param>
/// <param name="ApiVersion">The version in which it writes.</param>
/// <param name="Subresource">Empty for the main resource.</param>
internal readonly record struct Manager(string Name, bool IsApply, string ApiVersion, string Subresource);
