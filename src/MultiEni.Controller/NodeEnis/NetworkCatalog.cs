using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;
namespace MultiEni.Controller.NodeEnis;
internal sealed class NetworkCatalog
{
    public TimeSpan RetryUnresolvedAfter { get; } = TimeSpan.FromSeconds(30);// => TimeSpan.FromSeconds(30);
    public Task<NetworkResolution> ResolveAsync(NodeEniSpec spec, CancellationToken cancellationToken) => throw new NotSupportedException();
}
