namespace MultiEni.Manager.Tests.Binding;

/// <summary>The program ended here.</summary>
internal sealed class SimulatedCrash(string point) : Exception($"crash before {point}");
