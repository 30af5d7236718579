using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Passes a request on to the program that plays a pod's part.</summary>
internal sealed class PodProxy(ObjectStore store, PodPrograms programs)
{
    private const string Pods = "pods";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Limit };

    /// <summary>
    /// What the pod answers, whatever its status code; null when the request is another one, or no
    /// program plays the pod.
    /// </summary>
    /// <exception cref="StatusException">503 when nobody answers at that port.</exception>
    public async Task<Answer?> TryAnswerAsync(HttpRequest request, Route route, CancellationToken cancellationToken)
    {
        if (route is not { Group: "", Resource: Pods, Subresource: Route.Proxy } || !HttpMethods.IsGet(request.Method))
        {
            return null;
        }

        // [http:]NAME[:PORT]
        var parts = route.Name.Split(':');
        var (name, given) = parts is ["http", var bare, var number] ? (bare, number) : (parts[0], parts.Length == 2 ? parts[1] : "80");
        if (store.Find(Pods, name, route.Namespace) is null || !programs.Has(route.Namespace, name))
        {
            return null;
        }

        var port = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw StatusErrors.BadRequest($"invalid pod request \"{route.Name}\"");
        var program = programs.Find(route.Namespace, name, port) ?? throw Unreachable($"port {port} of {name}", "connect: connection refused");
        try
        {
            using var response = await Http.GetAsync(new Uri($"http://{program}/{route.ProxiedPath}{request.QueryString}"), cancellationToken);
            return new Answer.Body(
                (int)response.StatusCode,
                await response.Content.ReadAsByteArrayAsync(cancellationToken),
                response.Content.Headers.ContentType?.ToString() ?? "text/plain"
            );
        }
        catch (HttpRequestException unreachable)
        {
            var isRefused = unreachable.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            throw Unreachable($"{program}", isRefused ? "connect: connection refused" : unreachable.Message);
        }
    }

    private static StatusException Unreachable(string address, string why) =>
        new(503, "ServiceUnavailable", $"error trying to reach service: dial tcp {address}: {why}");
}
