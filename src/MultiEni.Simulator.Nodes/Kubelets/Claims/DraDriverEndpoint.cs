using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DraApi;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DraHealthApi;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>A driver of devices that has registered: the kubelet's connection to it.</summary>
internal sealed class DraDriverEndpoint : IDisposable
{
    private const string HealthService = "v1alpha1.DRAResourceHealth";
    private static readonly string[] Services = ["v1.DRAPlugin", "v1beta1.DRAPlugin"];

    // https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/cm/dra/plugin/dra_plugin.go
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(45);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly Method<NodePrepareResourcesRequest, NodePrepareResourcesResponse> _prepare;
    private readonly Method<NodeUnprepareResourcesRequest, NodeUnprepareResourcesResponse> _unprepare;

    internal DraDriverEndpoint(string driver, string socket, IReadOnlyList<string> supported)
    {
        Driver = driver;
        Socket = socket;
        Service = ServiceOf(supported) ?? throw new InvalidOperationException("ServiceOf says first whether there is one.");
        TellsHealth = supported.Contains(HealthService, StringComparer.Ordinal);
        _channel = UnixChannel.Open(socket);
        _invoker = _channel.CreateCallInvoker();
        var fullName = $"k8s.io.kubelet.pkg.apis.dra.{Service}";
        _prepare = Unary(fullName, "NodePrepareResources", NodePrepareResourcesRequest.Parser, NodePrepareResourcesResponse.Parser);
        _unprepare = Unary(fullName, "NodeUnprepareResources", NodeUnprepareResourcesRequest.Parser, NodeUnprepareResourcesResponse.Parser);
    }

    internal string Driver { get; }

    internal string Socket { get; }

    /// <summary>The service of which the kubelet makes use.</summary>
    internal string Service { get; }

    internal bool TellsHealth { get; }

    /// <summary>
    /// The first of a driver's services that this kubelet knows; null when there is none.
    /// </summary>
    internal static string? ServiceOf(IEnumerable<string> supported) => supported.FirstOrDefault(Services.Contains);

    internal async Task<IReadOnlyDictionary<string, NodePrepareResourceResponse>> PrepareAsync(
        IEnumerable<Claim> claims,
        CancellationToken cancellationToken
    )
    {
        var request = new NodePrepareResourcesRequest();
        request.Claims.AddRange(claims);
        return (await _invoker.AsyncUnaryCall(_prepare, host: null, Options(cancellationToken), request)).Claims;
    }

    internal async Task<IReadOnlyDictionary<string, NodeUnprepareResourceResponse>> UnprepareAsync(
        IEnumerable<Claim> claims,
        CancellationToken cancellationToken
    )
    {
        var request = new NodeUnprepareResourcesRequest();
        request.Claims.AddRange(claims);
        return (await _invoker.AsyncUnaryCall(_unprepare, host: null, Options(cancellationToken), request)).Claims;
    }

    /// <summary>What the driver says of its devices, until its stream ends.</summary>
    internal async Task WatchHealthAsync(Action<IReadOnlyList<DeviceHealth>> seen, CancellationToken cancellationToken)
    {
        using var call = new DRAResourceHealth.DRAResourceHealthClient(_channel).NodeWatchResources(
            new NodeWatchResourcesRequest(),
            cancellationToken: cancellationToken
        );
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            seen([.. call.ResponseStream.Current.Devices]);
        }
    }

    public void Dispose() => _channel.Dispose();

    private static CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit, cancellationToken: cancellationToken);

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(
        string service,
        string name,
        MessageParser<TRequest> requests,
        MessageParser<TResponse> responses
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new(
            MethodType.Unary,
            service,
            name,
            Marshallers.Create(message => message.ToByteArray(), requests.ParseFrom),
            Marshallers.Create(message => message.ToByteArray(), responses.ParseFrom)
        );
}
