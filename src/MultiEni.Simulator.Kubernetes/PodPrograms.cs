using System.Collections.Concurrent;
using System.Net;

namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// Programs of this machine that play the parts of pods, which have no containers here:
/// <c>GET pods/NAME:PORT/proxy/PATH</c> asks them.
/// </summary>
public sealed class PodPrograms
{
    private readonly ConcurrentDictionary<(string Namespace, string Name, int Port), IPEndPoint> _programs = new();

    /// <summary>From now on a program answers for a pod.</summary>
    /// <param name="namespace">Namespace of the pod.</param>
    /// <param name="name">Name of the pod.</param>
    /// <param name="port">The port that the pod would listen on.</param>
    /// <param name="program">Where the program listens.</param>
    /// <exception cref="ArgumentException">That is not on loopback.</exception>
    public void Serve(string @namespace, string name, int port, IPEndPoint program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!IPAddress.IsLoopback(program.Address))
        {
            throw new ArgumentException($"{program} is not a loopback address.", nameof(program));
        }

        _programs[(@namespace, name, port)] = program;
    }

    /// <summary>Whether a program answers for the pod at any port.</summary>
    internal bool Has(string @namespace, string name) => _programs.Keys.Any(key => key.Namespace == @namespace && key.Name == name);

    /// <summary>The program that answers at a port of a pod; null when none does.</summary>
    internal IPEndPoint? Find(string @namespace, string name, int port) => _programs.GetValueOrDefault((@namespace, name, port));
}
