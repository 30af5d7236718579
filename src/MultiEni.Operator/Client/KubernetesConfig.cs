namespace MultiEni.Operator.Client;

/// <summary>Which API server to talk to, and as whom.</summary>
public sealed record KubernetesConfig
{
    /// <summary>Address of the API server; may have a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where this came from, for the log: <c>in-cluster</c> or a file and context.</summary>
    public required string Source { get; init; }

    /// <summary>Namespace of the context or of the pod; <c>default</c> when neither says.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// The configuration to use: <paramref name="kubeconfigPath"/> when given, else the file named by <c>KUBECONFIG</c>, else the
    /// pod's service account, else <c>~/.kube/config</c>.
    /// </summary>
    /// <param name="kubeconfigPath">Value of <c>--kubeconfig</c>; empty or null when not given.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="KubernetesConfigException">There is none, or it cannot be read; the message says where.</exception>
    public static KubernetesConfig Load(
        string? kubeconfigPath,
        Func<string, string?> environment
    ) => throw new NotImplementedException();
}
