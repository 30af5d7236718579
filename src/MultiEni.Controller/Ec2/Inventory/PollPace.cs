namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// The pauses between polls: short at first, then each twice the one before. A single ENI is looked at soon; a steady stream, or one that takes its
/// time, is looked at in the pace of the longest.
/// </summary>
/// <param name="first">The first pause.</param>
/// <param name="longest">The longest.</param>
internal sealed class PollPace(TimeSpan first, TimeSpan longest)
{
    private TimeSpan? _last;

    /// <summary>Nothing was under way for a while.</summary>
    public void Rest() => _last = null;

    /// <summary>The pause before the next poll.</summary>
    public TimeSpan Next()
    {
        var pause = _last is { } before ? before * 2 : first;
        _last = pause < longest ? pause : longest;
        return _last.Value;
    }
}
