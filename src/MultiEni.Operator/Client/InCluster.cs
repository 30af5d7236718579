using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MultiEni.Operator.Client;

/// <summary>The configuration that Kubernetes gives every pod with a service account.</summary>
internal static class InCluster
{
    private const string DefaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether the process runs in a pod.</summary>
    public static bool IsPresent(Func<string, string?> environment) =>
        environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 };

    /// <summary>Reads it.</summary>
    /// <exception cref="KubernetesConfigException">
    /// The pod has no service account mounted.
    /// </exception>
    public static KubernetesConfig Load(Func<string, string?> environment, string folder = DefaultFolder)
    {
        var host = environment("KUBERNETES_SERVICE_HOST")!;
        var bracketed = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        var token = Path.Combine(folder, "token");
        var authorities = new X509Certificate2Collection();
        var home = Path.Combine(folder, "namespace");
        try
        {
            authorities.ImportFromPemFile(Path.Combine(folder, "ca.crt"));
            if (!File.Exists(token))
            {
                throw new FileNotFoundException($"{token} does not exist");
            }

            return new KubernetesConfig
            {
                Server = new Uri($"https://{bracketed}:{environment("KUBERNETES_SERVICE_PORT")}/"),
                Source = "in-cluster",
                Namespace = File.Exists(home) ? File.ReadAllText(home).Trim() : "default",
                CertificateAuthorities = authorities,
                Credentials = new ClientCredentials.TokenFile(token),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new KubernetesConfigException(
                $"The pod's service account in {folder} cannot be used (is automountServiceAccountToken off?): {e.Message}",
                e
            );
        }
    }
}
