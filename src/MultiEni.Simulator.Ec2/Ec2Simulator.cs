using Microsoft.AspNetCore.Hosting.Server;
using MultiEni.Simulator.Ec2.Iam;
using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2;

/// <summary>
/// An EC2 endpoint for network interfaces on the loopback address, for the unchanged AWS SDK: set
/// its service URL to <see cref="BaseAddress"/>.
/// </summary>
public sealed class Ec2Simulator : IAsyncDisposable
{
    private readonly Ec2State _state;
    private readonly HttpEndpoint _endpoint;

    private Ec2Simulator(Ec2State state, HttpEndpoint endpoint, Ec2Faults faults, Ec2Counters counters)
    {
        _state = state;
        _endpoint = endpoint;
        Faults = faults;
        Counters = counters;
        World = new Ec2World(state);
    }

    /// <summary>Where it listens; the port is a free one.</summary>
    public Uri BaseAddress => _endpoint.Address;

    /// <summary>What serves it; of use only with a server of one's own.</summary>
    public IServer Server => _endpoint.Server;

    /// <summary>The account from inside.</summary>
    public Ec2World World { get; }

    /// <summary>What shall go wrong.</summary>
    public Ec2Faults Faults { get; }

    /// <summary>What has been asked for.</summary>
    public Ec2Counters Counters { get; }

    /// <summary>
    /// What the owner of an access key may do; who has no entry may do everything.
    /// </summary>
    public IDictionary<string, IamPolicy> Policies => _state.Policies;

    /// <summary>Starts listening. The account is empty.</summary>
    public static async Task<Ec2Simulator> StartAsync(Ec2SimulatorOptions options, CancellationToken ct)
    {
        var state = new Ec2State(options);
        var faults = new Ec2Faults(state);
        var counters = new Ec2Counters(state);
        var endpoint = await HttpEndpoint.StartAsync(options, new CallPipeline(state, faults, counters), ct);
        return new Ec2Simulator(state, endpoint, faults, counters);
    }

    /// <summary>Stops listening, then gives up what the backplane has not finished.</summary>
    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _state.DisposeAsync();
    }
}
