namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>The kubelet asks which devices suit a container best.</summary>
/// <param name="Available">Ids of devices that are free.</param>
/// <param name="Required">Ids of devices that must be among them.</param>
/// <param name="Count">How many are wanted.</param>
internal sealed record PreferenceRequest(IReadOnlyList<string> Available, IReadOnlyList<string> Required, int Count);
