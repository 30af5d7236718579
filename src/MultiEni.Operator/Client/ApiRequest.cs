using System.Net.Http.Headers;
using System.Text;
using MultiEni.Api.Kubernetes;

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

/// <summary>Builds the query of a request; parameters without a value are left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a parameter, unless <paramref name="value"/> is null or empty.</summary>
    public QueryString Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    /// <summary>The query with its question mark, or nothing.</summary>
    public override string ToString() => _text.ToString();
}

/// <summary>What became of a write.</summary>
/// <param name="Verb">Such as <c>apply</c> or <c>delete</c>.</param>
/// <param name="Resource">
/// The lower-case plural, with the subresource where there is one: <c>nodeenis/status</c>.
/// </param>
/// <param name="Key">The object.</param>
/// <param name="Failure">Why it failed; null when the server took it.</param>
public sealed record WriteOutcome(string Verb, string Resource, ObjectKey Key, Exception? Failure);

/// <summary>
/// Bounds a request in time and tells our own deadline apart from the caller's cancellation.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly string _request;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    /// <summary>
    /// Starts the clock for <paramref name="request"/>, which is named in the exception.
    /// </summary>
    public RequestDeadline(string request, TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _request = request;
        _limit = limit;
        _caller = caller;
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>Runs a part of the request under the deadline.</summary>
    /// <exception cref="TimeoutException">
    /// The deadline has passed and the caller has not cancelled.
    /// </exception>
    public async ValueTask<TResult> RunAsync<TResult>(Func<CancellationToken, ValueTask<TResult>> part)
    {
        try
        {
            return await part(_linked.Token);
        }
        catch (OperationCanceledException e) when (!_caller.IsCancellationRequested && _timer.IsCancellationRequested)
        {
            throw new TimeoutException($"{_request}: no answer within {_limit.TotalSeconds:0.###} s", e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
