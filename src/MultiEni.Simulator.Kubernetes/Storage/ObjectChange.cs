using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>One change as an in-process watch tells it.</summary>
/// <param name="Type">What happened.</param>
/// <param name="ResourceVersion">The version up to which the watch is complete now.</param>
/// <param name="Object">The object, a copy of one's own; null in a bookmark.</param>
public sealed record ObjectChange(ChangeType Type, long ResourceVersion, JsonObject? Object);
