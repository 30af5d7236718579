namespace MultiEni.Operator.Informers;

/// <summary>Code that was told of a change failed, which is a bug: the change is lost to it, and going on would hide that.</summary>
internal sealed class ConsumerFailedException(string kind, Exception failure)
    : Exception($"What follows {kind} failed on a change: {failure.Message}", failure);
