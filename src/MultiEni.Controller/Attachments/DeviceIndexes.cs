namespace MultiEni.Controller.Attachments;

/// <summary>Chooses device indexes.</summary>
internal static class DeviceIndexes
{
    /// <summary>The preferred index, or the next one above it that nobody uses. Index 0 belongs to the primary interface.</summary>
    public static int NextFree(int preferred, IReadOnlySet<int> used)
    {
        var index = Math.Max(preferred, 1);
        while (used.Contains(index))
        {
            index++;
        }

        return index;
    }
}
