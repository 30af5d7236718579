namespace MultiEni.Operator.Client;

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
