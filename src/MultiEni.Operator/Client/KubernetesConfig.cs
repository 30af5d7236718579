using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace MultiEni.Operator.Client;

/// <summary>Which API server to talk to, and as whom.</summary>
public sealed record KubernetesConfig
{
    /// <summary>Address of the API server; may have a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>
    /// Where this came from, for the log: <c>in-cluster</c> or a file and context.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>Namespace of the context or of the pod; <c>default</c> when neither says.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// Roots that the server's certificate must lead to; the system's when empty.
    /// </summary>
    public X509Certificate2Collection CertificateAuthorities { get; init; } = [];

    /// <summary>Accept any certificate. For test clusters.</summary>
    public bool SkipTlsVerification { get; init; }

    /// <summary>
    /// Name to expect in the server's certificate, when it differs from the address.
    /// </summary>
    public string? TlsServerName { get; init; }

    /// <summary>
    /// Certificate with private key by which the client shows who it is, or null.
    /// </summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>What else the client shows.</summary>
    public ClientCredentials Credentials { get; init; } = new ClientCredentials.Anonymous();

    /// <summary>As whom the server shall act, or null for the one who signs in.</summary>
    public Impersonation? ActAs { get; init; }

    /// <summary>
    /// The proxy on the way there; null is that of the process, see
    /// <see cref="Proxies.EnvironmentProxy"/>.
    /// </summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>
    /// What carries the requests in place of sockets, such as a server in the same process; null
    /// for sockets.
    /// </summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>
    /// The configuration to use: <paramref name="kubeconfigPath"/> when given, else the files named
    /// by <c>KUBECONFIG</c>, else the pod's service account, else <c>~/.kube/config</c>.
    /// </summary>
    /// <param name="kubeconfigPath">
    /// Value of <c>--kubeconfig</c>; empty or null when not given.
    /// </param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="KubernetesConfigException">
    /// There is none, or it cannot be read; the message says where.
    /// </exception>
    public static KubernetesConfig Load(string? kubeconfigPath, Func<string, string?> environment) => Load(kubeconfigPath, null, environment);

    /// <summary>As the other, for a person who may have several clusters in one file.</summary>
    /// <param name="kubeconfigPath">
    /// Value of <c>--kubeconfig</c>; empty or null when not given.
    /// </param>
    /// <param name="context">
    /// Value of <c>--context</c>; empty or null takes the file's current one. Rules out the pod's
    /// service account.
    /// </param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="KubernetesConfigException">
    /// There is none, or it cannot be read; the message says where.
    /// </exception>
    public static KubernetesConfig Load(string? kubeconfigPath, string? context, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (!string.IsNullOrEmpty(kubeconfigPath))
        {
            return Kubeconfig.Load([kubeconfigPath], context);
        }

        if (environment("KUBECONFIG") is { Length: > 0 } listed)
        {
            var present = listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).ToList();
            return present.Count > 0
                ? Kubeconfig.Load(present, context)
                : throw new KubernetesConfigException($"None of the files in KUBECONFIG exists: {listed}.");
        }

        if (string.IsNullOrEmpty(context) && InCluster.IsPresent(environment))
        {
            return InCluster.Load(environment);
        }

        var own = Path.Combine(environment("HOME") ?? "", ".kube", "config");
        return File.Exists(own)
            ? Kubeconfig.Load([own], context)
            : throw new KubernetesConfigException(
                $"There is no way to an API server: no --kubeconfig, no KUBECONFIG, not in a pod (KUBERNETES_SERVICE_HOST is not set), no {own}."
            );
    }
}

/// <summary>
/// No usable way to the API server is configured. The message names the file, the line and what is
/// wrong.
/// </summary>
public sealed class KubernetesConfigException(string message, Exception? inner = null) : Exception(message, inner);
