namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>Which Kubernetes API a story that can do with either runs on. Pure.</summary>
public abstract record KubernetesApiChoice
{
    /// <summary>By the convention of that ecosystem, it names the folder of the programs.</summary>
    public const string Variable = "KUBEBUILDER_ASSETS";

    private KubernetesApiChoice() { }

    /// <summary>
    /// Value of <see cref="Variable"/> for the simulated API server in another process, which is
    /// reached as a real one is.
    /// </summary>
    public const string Process = "simulator";

    /// <summary>
    /// Decides by the environment. A folder that is named and not complete is an error: a story
    /// must not pass on something else than was asked for.
    /// </summary>
    public static KubernetesApiChoice From(Func<string, string?> environment, Func<string, bool> fileExists)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(fileExists);
        if (environment(Variable) is not { Length: > 0 } folder)
        {
            return new Simulator();
        }

        if (folder == Process)
        {
            return new SimulatorProcess();
        }

        string[] missing = [.. new[] { RealApiServer.Etcd, RealApiServer.ApiServer }.Where(program => !fileExists(Path.Combine(folder, program)))];
        return missing.Length == 0
            ? new RealServer(folder)
            : new Unusable(
                $"{Variable} is {folder}, and there is no {string.Join(" and no ", missing)} in it; install both there, or unset it to use the simulator"
            );
    }

    /// <summary>Nothing is asked for: the simulated API server.</summary>
    public sealed record Simulator : KubernetesApiChoice;

    /// <summary>
    /// The simulated API server in another process, by <c>kubectl eni simulate kubernetes</c>.
    /// </summary>
    public sealed record SimulatorProcess : KubernetesApiChoice;

    /// <summary>The programs in a folder.</summary>
    public sealed record RealServer(string Folder) : KubernetesApiChoice;

    /// <summary>What is asked for is not there.</summary>
    public sealed record Unusable(string Message) : KubernetesApiChoice;
}
