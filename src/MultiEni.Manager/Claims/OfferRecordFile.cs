using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Claims;

/// <summary>
/// The file of what was offered to claims. It helps after a restart only, so a disk that does not
/// take it is no reason not to offer. Safe for concurrent use.
/// </summary>
/// <param name="path">The file; need not exist.</param>
/// <param name="logger">The log.</param>
internal sealed class OfferRecordFile(string path, ILogger logger)
{
    private readonly Lock _writing = new();

    /// <summary>What it says; null if it says nothing that can be read.</summary>
    public OfferRecord? Read()
    {
        try
        {
            return DurableFile.Read(path) is { Length: > 0 } text ? JsonSerializer.Deserialize(text, OfferRecordJson.Default.OfferRecord) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            ClaimLog.OffersUnreadable(logger, path, error.Message);
            return null;
        }
    }

    /// <summary>Replaces it.</summary>
    /// <param name="current">
    /// What is offered; asked when it is this call's turn to write, or what an earlier caller saw
    /// could replace what a later one saw.
    /// </param>
    public void Write(Func<OfferRecord> current)
    {
        lock (_writing)
        {
            try
            {
                DurableFile.Replace(path, JsonSerializer.Serialize(current(), OfferRecordJson.Default.OfferRecord));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                ClaimLog.OffersUnwritten(logger, path, error.Message);
            }
        }
    }

    /// <summary>Removes what a predecessor that was killed had not finished.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    public void RemoveUnfinished() => DurableFile.RemoveUnfinished(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
}
