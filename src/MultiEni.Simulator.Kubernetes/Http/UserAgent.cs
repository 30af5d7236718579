using Microsoft.AspNetCore.Http;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The client's name, which is also its field manager when it gives none.</summary>
internal static class UserAgent
{
    /// <summary>The User-Agent header up to its first slash.</summary>
    public static string Product(HttpRequest request) =>
        request.Headers.UserAgent.ToString().Split('/')[0] is { Length: > 0 } product ? product : "unknown";
}
