namespace MultiEni.Scenarios.Scale;

/// <summary>
/// Virtual time passes when the thread pool is idle, so these tests want it for themselves.
/// </summary>
[CollectionDefinition(nameof(AloneInProcess), DisableParallelization = true)]
public sealed class AloneInProcess;
