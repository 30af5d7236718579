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

/// <summary>Reads a token file, which the kubelet replaces before the token expires.</summary>
internal static class TokenFile
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The token, to be read again after a minute.</summary>
    /// <exception cref="KubernetesConfigException">The file cannot be read or is empty.</exception>
    public static async Task<BearerToken> ReadAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var value = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            return value.Length > 0
                ? new BearerToken(value, time.GetUtcNow() + Interval)
                : throw new KubernetesConfigException($"The token file {path} is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigException($"The token file {path} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A token and until when it need not be fetched again.</summary>
/// <param name="Value">Secret.</param>
/// <param name="GoodUntil">Then it is fetched again.</param>
internal sealed record BearerToken(string Value, DateTimeOffset GoodUntil)
{
    /// <inheritdoc />
    public override string ToString() => "token (hidden)";
}
