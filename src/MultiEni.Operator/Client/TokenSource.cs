namespace MultiEni.Operator.Client;

/// <summary>Keeps a bearer token for as long as it may be used.</summary>
internal sealed class TokenSource(Func<CancellationToken, Task<BearerToken>> fetch, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile BearerToken? _current;

    /// <summary>The source for a configuration, or null when it uses no token.</summary>
    public static TokenSource? For(KubernetesConfig config, TimeProvider time) =>
        config.Credentials switch
        {
            ClientCredentials.Token(var value) => new(_ => Task.FromResult(new BearerToken(value, DateTimeOffset.MaxValue)), time),
            ClientCredentials.TokenFile(var path) => new(token => TokenFile.ReadAsync(path, time, token), time),
            ClientCredentials.Exec exec => new(token => ExecCredential.RunAsync(exec, time, token), time),
            _ => null,
        };

    /// <summary>A token that is good now.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is { } fresh && time.GetUtcNow() < fresh.GoodUntil)
        {
            return fresh.Value;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_current is not { } token || time.GetUtcNow() >= token.GoodUntil)
            {
                _current = token = await fetch(cancellationToken);
            }

            return token.Value;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The server has refused the token: the next request fetches another.</summary>
    public void Invalidate() => _current = null;

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}
