namespace MultiEni.Operator.Queues;

/// <summary>Levels of urgency that work queues know by name; any number may be used, greater goes first.</summary>
public static class WorkPriority
{
    /// <summary>Periodic checks of what is believed to be fine.</summary>
    public const int Repair = -10;

    /// <summary>The default.</summary>
    public const int Normal = 0;

    /// <summary>Somebody waits for it.</summary>
    public const int Urgent = 10;
}
