namespace MultiEni.Reliability.Lab;

/// <summary>What the code of a killed process meets where it tries to write.</summary>
internal sealed class ProcessKilledException(string process, string point) : Exception($"{process} was killed before {point}");
