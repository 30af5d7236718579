namespace MultiEni.Operator.Queues;

/// <summary>Where one key of a work queue is; a key without one is nowhere.</summary>
internal sealed class WorkState
{
    /// <summary>It waits for a worker.</summary>
    public bool IsReady { get; set; }

    /// <summary>A worker has it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>When that worker took it.</summary>
    public TimeSpan TakenAt { get; set; }

    /// <summary>It was added while a worker had it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>How urgent it is, or was when taken.</summary>
    public int Priority { get; set; }

    /// <summary>The valid entry among those of the key in the ready heap.</summary>
    public long Ticket { get; set; }

    /// <summary>When it became ready.</summary>
    public TimeSpan ReadySince { get; set; }

    /// <summary>When it becomes ready by itself; null when it does not.</summary>
    public TimeSpan? Due { get; set; }

    /// <summary>The valid entry among those of the key in the heap of deadlines.</summary>
    public long DueTicket { get; set; }

    /// <summary>How urgent it will be then.</summary>
    public int DuePriority { get; set; }
}
