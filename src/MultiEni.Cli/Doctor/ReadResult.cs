using MultiEni.Operator.Client;

namespace MultiEni.Cli.Doctor;

/// <summary>The result of reading a part of the cluster.</summary>
/// <param name="Value">The objects; null if they could not be read.</param>
/// <param name="Error">Why they could not be read; null on success.</param>
/// <param name="IsMissing">Whether the API server does not serve the kind.</param>
internal readonly record struct ReadResult<T>(T? Value, string? Error, bool IsMissing = false)
    where T : class;

/// <summary>Reads parts of the cluster.</summary>
internal static class ReadResult
{
    /// <summary>
    /// Reads a part. That the user may not read it, or that the server does not have it, is a result.
    /// </summary>
    public static async Task<ReadResult<T>> TryAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return new ReadResult<T>(await read(), null);
        }
        catch (KubernetesApiException refused) when (refused.IsForbidden || refused.IsNotFound)
        {
            return new ReadResult<T>(null, refused.Message, refused.IsNotFound);
        }
    }
}
