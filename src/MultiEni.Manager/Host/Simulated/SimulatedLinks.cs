using System.Net.Http.Json;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>The links of a simulated node.</summary>
internal sealed class SimulatedLinks(HttpClient http) : ILinks
{
    public async ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync("network", SimulatedJson.Default.NetworkState, cancellationToken)
        ?? throw new IOException("The simulated host answered without a network.");

    public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) =>
        ChangeAsync(index, new SimulatedLinkChange { Up = up }, cancellationToken);

    public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) =>
        ChangeAsync(index, new SimulatedLinkChange { Mtu = mtu }, cancellationToken);

    private async ValueTask<Errno> ChangeAsync(int index, SimulatedLinkChange change, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(
            $"network/links/{index}",
            change,
            SimulatedJson.Default.SimulatedLinkChange,
            cancellationToken
        );
        return await SimulatedHostClient.ErrnoAsync(response, cancellationToken);
    }
}
