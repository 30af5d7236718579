using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Conformance;

/// <summary>Sends recorded requests to a simulator, as whoever sent them.</summary>
internal sealed partial class CorpusClient : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly KubernetesSimulator _server;
    private readonly string _administratorToken;

    public CorpusClient(KubernetesSimulator server, string administratorToken)
    {
        _server = server;
        _administratorToken = administratorToken;
        _client.Timeout = TimeSpan.FromMinutes(1);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// The code, the text and the warnings of the answer; of a text that does not end in time, what
    /// there is until then.
    /// </summary>
    public async Task<(int Code, string Text, JsonArray Warnings)> SendAsync(
        string method,
        string path,
        JsonNode? body,
        JsonNode? who,
        string? contentType,
        string? accept,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var uri = new Uri(
            _server.BaseAddress.ToString().TrimEnd('/') + Escape(path),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        Identify(request.Headers, who);
        request.Headers.TryAddWithoutValidation("Accept", accept ?? "application/json");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(AsSent(body)));
            if (contentType != "")
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType ?? "application/json");
            }
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var warnings = response.Headers.NonValidated.TryGetValues("Warning", out var values)
            ? values.Select(static value => (JsonNode?)TextOfWarning(value)).ToArray()
            : [];
        return ((int)response.StatusCode, await ReadAsync(response, limit, cancellationToken), new JsonArray(warnings));
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(limit);
        using var text = new MemoryStream();
        try
        {
            await response.Content.CopyToAsync(text, end.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // The server keeps the connection open, or has cut it.
        }

        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    private static string AsSent(JsonNode body) => body is JsonValue value && value.TryGetValue<string>(out var text) ? text : Spaced(body);

    // With the spaces with which the bodies were recorded: some messages show the body as it was
    // sent.
    private static string Spaced(JsonNode? body) =>
        body switch
        {
            JsonObject obj =>
                $"{{{string.Join(", ", obj.Select(static field => $"{JsonValue.Create(field.Key).ToJsonString()}: {Spaced(field.Value)}"))}}}",
            JsonArray list => $"[{string.Join(", ", list.Select(Spaced))}]",
            _ => body?.ToJsonString() ?? "null",
        };

    private void Identify(HttpRequestHeaders headers, JsonNode? who)
    {
        if (who is JsonValue)
        {
            return;
        }

        var token = who?["token"]?.GetValue<string>();
        headers.TryAddWithoutValidation("Authorization", "Bearer " + (token ?? (who is null ? _administratorToken : TokenOf(who))));
    }

    // They were recorded by impersonation, which adds the group of everybody. HttpClient joins the
    // values of a header, so impersonation is not for it.
    private string TokenOf(JsonNode who)
    {
        var groups = Texts(who["groups"]).ToList();
        if (!groups.Contains(UserInfo.Authenticated) && !groups.Contains(UserInfo.Unauthenticated))
        {
            groups.Add(UserInfo.Authenticated);
        }

        return _server.Access.IssueToken(
            new UserInfo(who["user"]!.GetValue<string>(), groups)
            {
                Extra = (who["extra"] as JsonObject ?? []).ToDictionary(
                    static entry => entry.Key,
                    static entry => (IReadOnlyList<string>)[.. Texts(entry.Value)],
                    StringComparer.Ordinal
                ),
            }
        );
    }

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(static text => text!.GetValue<string>());

    // A path is recorded as it reads; what HTTP does not take as it stands is escaped.
    private static string Escape(string path)
    {
        var escaped = new StringBuilder();
        foreach (var rune in path.EnumerateRunes())
        {
            var text = rune.ToString();
            escaped.Append(
                rune.IsAscii && (Rune.IsLetterOrDigit(rune) || "/?&=%:,;+!*'()@$~[]{}.-_".Contains(text, StringComparison.Ordinal))
                    ? text
                    : Uri.EscapeDataString(text)
            );
        }

        return escaped.ToString();
    }

    private static string TextOfWarning(string header) =>
        Warning().Match(header) is { Success: true } match ? Escaped().Replace(match.Groups["text"].Value, "${char}") : header;

    [GeneratedRegex("^[0-9]+ [^ ]+ \"(?<text>.*)\"$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Warning();

    [GeneratedRegex(@"\\(?<char>.)", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Escaped();
}
