using Microsoft.AspNetCore.Hosting;

namespace MultiEni.Simulator.Kubernetes;

/// <summary>How a simulated API server is set up.</summary>
public sealed record KubernetesSimulatorOptions
{
    /// <summary>The port on 127.0.0.1; zero takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of timestamps, bookmarks and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// How many changes of each resource are kept for watches that start in the past.
    /// </summary>
    public int HistoryLength { get; init; } = 20_000;

    /// <summary>
    /// How long after a write its consequences come that in a cluster kube-controller-manager
    /// draws: dependents and the content of namespaces are deleted. Zero draws them before the
    /// write is answered, <see cref="Timeout.InfiniteTimeSpan"/> never.
    /// </summary>
    public TimeSpan ControllerDelay { get; init; }

    /// <summary>
    /// How far watches are behind the writes; null for watches that show a write before its answer
    /// is read.
    /// </summary>
    public WatchLag? WatchLag { get; init; }

    /// <summary>What it can do at once; null for requests that cost no time.</summary>
    public ServerCapacity? Capacity { get; init; }

    /// <summary>Whether the product's own resources are installed at the start.</summary>
    public bool InstallsProductResources { get; init; } = true;

    /// <summary>
    /// Bearer tokens and the users they stand for, such as
    /// <c>system:serviceaccount:NAMESPACE:NAME</c>. When empty, everybody is welcome.
    /// </summary>
    public IReadOnlyDictionary<string, string> Tokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether roles and admission policies hold. For the administrator policies hold but not
    /// roles.
    /// </summary>
    public bool EnforcesAccess { get; init; }

    /// <summary>
    /// The administrator's bearer token; who comes without a token is then anonymous. Null makes
    /// whoever comes without one the administrator.
    /// </summary>
    public string? AdministratorToken { get; init; }

    /// <summary>
    /// Says why a request is forbidden, or null when it is allowed. Null allows everything.
    /// </summary>
    public Func<RequestInfo, string?>? Authorizer { get; init; }

    /// <summary>
    /// Puts another server in the place of the one on a loopback port, such as one without sockets
    /// for virtual time. Null keeps the port.
    /// </summary>
    public Action<IWebHostBuilder>? Server { get; init; }
}
