namespace MultiEni.Operator.Queues;

/// <summary>A key handed to a worker, which owes <see cref="WorkQueue{TKey}.Done"/> for it.</summary>
/// <param name="Key">What to work on.</param>
/// <param name="Priority">How urgent it was.</param>
/// <param name="Waited">How long it was ready before a worker took it.</param>
public readonly record struct QueuedWork<TKey>(TKey Key, int Priority, TimeSpan Waited)
    where TKey : notnull;
