using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>One page of a list.</summary>
internal sealed record ObjectPage(long Version, IReadOnlyList<StoredObject> Objects, string Continue, long? Remaining)
{
    /// <summary>Adds where the list goes on to its metadata.</summary>
    public void AddTo(JsonObject metadata, bool withEmpty)
    {
        if (Continue.Length > 0 || withEmpty)
        {
            metadata["continue"] = Continue;
        }

        if (Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }
    }
}
