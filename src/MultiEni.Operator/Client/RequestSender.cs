using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MultiEni.Operator.Client;

/// <summary>Sends requests, waits out 429, and turns refusals into exceptions.</summary>
internal sealed class RequestSender(HttpClient http, TimeProvider time, Action? beforeWrite, Action<WriteOutcome>? afterWrite)
{
    private const int MaximumAttempts = 5;
    private const int MaximumErrorText = 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>Whether each request asks for a new connection.</summary>
    public bool RenewsConnections { get; set; }

    /// <summary>Sends and reads the answer as <typeparamref name="TAnswer"/>.</summary>
    public async Task<TAnswer> SendAsync<TAnswer>(ApiRequest request, JsonTypeInfo<TAnswer> json, CancellationToken cancellationToken)
        where TAnswer : class
    {
        return await RetryAsync(
            request,
            async token =>
            {
                using var response = await OpenAsync(request, token);
                // Read to the end with the token: a body that stalls must not hold up a shutdown.
                var stream = await response.Content.ReadAsStreamAsync(token);
                return await JsonSerializer.DeserializeAsync(stream, json, token) ?? throw new JsonException($"{request.Name}: the answer is null");
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Sends and reads the answer with <paramref name="read"/>, which may throw
    /// <see cref="JsonException"/>.
    /// </summary>
    public async Task<TAnswer> SendAsync<TAnswer>(ApiRequest request, Func<byte[], TAnswer> read, CancellationToken cancellationToken) =>
        await RetryAsync(
            request,
            async token =>
            {
                using var response = await OpenAsync(request, token);
                return read(await response.Content.ReadAsByteArrayAsync(token));
            },
            cancellationToken
        );

    /// <summary>Sends once and returns the successful response with its body unread.</summary>
    /// <exception cref="KubernetesApiException">The server refused.</exception>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = request.ToMessage(http);
        if (beforeWrite is not null && request.Method != HttpMethod.Get)
        {
            beforeWrite();
            message.Options.Set(AuthenticationHandler.BeforeSend, beforeWrite);
        }

        if (RenewsConnections)
        {
            message.Options.Set(RenewableConnections.Renew, true);
        }

        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new KubernetesApiException(request.Name, await ReadStatusAsync(response, cancellationToken));
        }
    }

    private async Task<TResult> RetryAsync<TResult>(
        ApiRequest request,
        Func<CancellationToken, ValueTask<TResult>> attempt,
        CancellationToken cancellationToken
    )
    {
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                using var deadline = new RequestDeadline(request.Name, Limit, time, cancellationToken);
                var result = await deadline.RunAsync(attempt);
                Tell(request, failure: null);
                return result;
            }
            // 429 comes from priority and fairness before anything was executed, so every verb may
            // be sent again.
            catch (KubernetesApiException e) when (e.StatusCode == (int)HttpStatusCode.TooManyRequests && attempts < MaximumAttempts)
            {
                await Task.Delay(e.RetryAfter ?? DefaultRetryAfter, time, cancellationToken);
            }
            catch (Exception e) when (KubernetesFailure.Is(e))
            {
                Tell(request, e);
                throw;
            }
            catch (JsonException e)
            {
                var failure = new HttpRequestException(
                    HttpRequestError.InvalidResponse,
                    $"{request.Name}: what answered is not a Kubernetes API server, but perhaps a proxy in front of it: {e.Message}",
                    e
                );
                Tell(request, failure);
                throw failure;
            }
        }
    }

    private void Tell(ApiRequest request, Exception? failure)
    {
        if (request.Write is { } write)
        {
            afterWrite?.Invoke(failure is null ? write : write with { Failure = failure });
        }
    }

    private async Task<KubernetesStatus> ReadStatusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = ParseStatus(body);
        status.Code = (int)response.StatusCode;
        if (RetryAfter(response) is { } wait)
        {
            status.Details = (status.Details ?? new()) with { RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds) };
        }

        return status;
    }

    private static KubernetesStatus ParseStatus(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ClientJson.Default.KubernetesStatus) ?? new();
        }
        catch (JsonException)
        {
            // A proxy, or an API server that is shutting down, answers in plain text.
            var text = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaximumErrorText)));
            return new KubernetesStatus { Message = text.Trim() };
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is null ? null : TimeSpan.FromTicks(Math.Clamp(wait.Value.Ticks, 0, LongestRetryAfter.Ticks));
    }
}
