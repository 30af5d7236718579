namespace MultiEni.Cli.Map;

/// <summary>Reads the controller's metrics again and again, and puts EC2's budget on the map.</summary>
/// <param name="read">Reads them, in Prometheus' text format.</param>
/// <param name="feed">The map.</param>
/// <param name="time">Clock.</param>
internal sealed class BudgetFollower(Func<CancellationToken, Task<string>> read, MapFeed feed, TimeProvider time)
{
    private const string Name = "budget";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (before, at) = (new Dictionary<string, ApiUse>(), time.GetTimestamp());
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var after = BudgetReader.Parse(await read(cancellationToken));
                var now = time.GetTimestamp();
                foreach (var gauge in BudgetReader.Between(before, after, time.GetElapsedTime(at, now)))
                {
                    feed.Set(gauge);
                }

                feed.Remove(MapItem.Keyed<MapNote>(Name));
                (before, at) = (after, now);
            }
            catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
            {
                feed.RemoveAll<MapBudget>();
                feed.Set(new MapNote(Name, $"EC2's budget is left out: {failed.Message}"));
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
