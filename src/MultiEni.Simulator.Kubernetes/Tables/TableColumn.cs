using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>A column and how its cells come about.</summary>
/// <param name="Definition">What the heading says.</param>
/// <param name="Cell">The value for an object; null shows as empty.</param>
internal sealed record TableColumn(PrinterColumn Definition, Func<JsonObject, DateTimeOffset, JsonNode?> Cell);
