using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// The API server refused a request; the message is the server's, as kubectl would show it.
/// </summary>
internal sealed class RefusedException(HttpStatusCode status, string body) : Exception(MessageOf(body))
{
    public HttpStatusCode Status => status;

    private static string MessageOf(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["message"]?.GetValue<string>() ?? body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
