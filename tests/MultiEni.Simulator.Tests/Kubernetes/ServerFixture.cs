using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>
/// A server of one's own for each test: they are cheap, and no test sees the objects of another.
/// </summary>
public abstract class ServerFixture : IAsyncLifetime
{
    protected const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    /// <summary>The specification of a pod that is valid.</summary>
    protected const string Containers = "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}";

    protected const string Nodes = "/api/v1/nodes";
    protected const string Pods = "/api/v1/namespaces/default/pods";
    protected const string Widgets = "/apis/example.com/v1/widgets";

    protected KubernetesSimulator Server { get; private set; } = null!;

    internal ApiClient Client { get; private set; } = null!;

    protected virtual KubernetesSimulatorOptions Options => new() { InstallsProductResources = false };

    public async ValueTask InitializeAsync()
    {
        Server = await KubernetesSimulator.StartAsync(Options, TestContext.Current.CancellationToken);
        Client = new ApiClient(Server);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal static string Json(string name, string rest = "") => $$"""{"metadata":{"name":"{{name}}"}{{(rest.Length == 0 ? "" : "," + rest)}}}""";
}
