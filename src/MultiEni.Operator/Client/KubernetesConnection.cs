namespace MultiEni.Operator.Client;

/// <summary>Makes the <see cref="HttpClient"/> for a <see cref="KubernetesConfig"/>.</summary>
public static class KubernetesConnection
{
    /// <summary>A client whose relative addresses are paths of the API server and which signs in by itself.</summary>
    public static HttpClient Open(KubernetesConfig config, TimeProvider time) =>
        throw new NotImplementedException();
}
