using System.Net.Http.Headers;

namespace MultiEni.Operator.Client;

/// <summary>One request, as data: it may have to be sent more than once.</summary>
/// <param name="Name">Verb, resource and object, for messages.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query relative to the server.</param>
/// <param name="Body">JSON, or null.</param>
/// <param name="ContentType">Media type of the body.</param>
internal sealed record ApiRequest(string Name, HttpMethod Method, string Path, byte[]? Body = null, string ContentType = "application/json")
{
    /// <summary>What it writes, as it is if it succeeds; null when it only reads.</summary>
    public WriteOutcome? Write { get; init; }

    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");

    /// <summary>A message to send; one for each attempt.</summary>
    public HttpRequestMessage ToMessage(HttpClient http)
    {
        var message = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative))
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        message.Headers.Accept.Add(Json);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        }

        return message;
    }
}
