namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>One entry of the plugin's file.</summary>
internal sealed record ResourcePool(string Prefix, string Name, string DeviceType, IReadOnlyList<DeviceSelector> Selectors)
{
    internal const string DefaultPrefix = "intel.com";

    internal string FullName => $"{(Prefix.Length == 0 ? DefaultPrefix : Prefix)}/{Name}";
}
