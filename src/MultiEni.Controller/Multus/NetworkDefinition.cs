namespace MultiEni.Controller.Multus;

/// <summary>A network by which pods ask Multus for a device of a resource.</summary>
/// <param name="Name">Name of its object.</param>
/// <param name="Resource">The resource, <c>prefix/name</c>.</param>
internal sealed record NetworkDefinition(string Name, string Resource)
{
    /// <summary>
    /// What Multus hands to the CNI plugin. host-device leaves a device that DPDK holds where it is, and moves the interface of another one into
    /// the pod (docs/reference/sriov-device-plugin.md#host-device-and-multus).
    /// </summary>
    public string Config => $$"""{"cniVersion":"1.0.0","type":"host-device","name":"{{Name}}","capabilities":{"deviceID":true} }""";
}
