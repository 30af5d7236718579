using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace MultiEni.Simulator;

/// <summary>What both simulated servers have in common.</summary>
internal static class SimulatorHost
{
    // One without sockets has no address; its clients need some all the same.
    private const string Nowhere = "http://localhost";

    public static Uri AddressOf(IServer server) => new($"{server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Nowhere}/");
}
