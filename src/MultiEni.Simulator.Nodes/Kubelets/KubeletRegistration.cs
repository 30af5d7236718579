namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>What a plugin said when it registered.</summary>
/// <param name="Resource">The extended resource that it serves.</param>
/// <param name="Endpoint">Its socket's file name in the device plugin folder.</param>
/// <param name="Version">Version of the protocol.</param>
/// <param name="PreStartRequired">It wants to be called before each container starts.</param>
/// <param name="PrefersDevices">It is asked which devices suit an allocation best.</param>
public sealed record KubeletRegistration(string Resource, string Endpoint, string Version, bool PreStartRequired, bool PrefersDevices);
