namespace MultiEni.Simulator.Nodes;

/// <summary>A program that has a vfio device open.</summary>
internal sealed class DeviceHold(SimulatedHost host, string address, bool letsGoWhenAsked) : IDisposable
{
    internal string Address => address;

    /// <summary>The program registered a request eventfd and answers it by closing the device.</summary>
    internal bool LetsGoWhenAsked => letsGoWhenAsked;

    public void Dispose() => host.LetGo(this);
}
