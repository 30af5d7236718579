namespace MultiEni.Simulator.Nodes;

/// <summary>A program that has a device open.</summary>
internal sealed class DeviceHold(SimulatedHost host, string address, int process, bool letsGoWhenAsked) : IDisposable
{
    /// <summary>Its name in <c>/proc</c>.</summary>
    internal const string Program = "dpdk-testpmd";

    internal string Address => address;

    /// <summary>Its number in <c>/proc</c>.</summary>
    internal int Process => process;

    /// <summary>
    /// The program registered a request eventfd and answers it by closing the device.
    /// </summary>
    internal bool LetsGoWhenAsked => letsGoWhenAsked;

    public void Dispose() => host.LetGo(this);
}
