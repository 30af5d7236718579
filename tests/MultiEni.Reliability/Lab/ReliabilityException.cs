namespace MultiEni.Reliability.Lab;

/// <summary>Something is so that may not be, or is not so in the end.</summary>
internal sealed class ReliabilityException(string message) : Exception(message);
