using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>Reads the few fields of objects that the cluster's parts look at.</summary>
internal static class ObjectText
{
    extension(JsonObject obj)
    {
        internal string Name => obj["metadata"]?["name"]?.GetValue<string>() ?? "";

        internal string Namespace => obj["metadata"]?["namespace"]?.GetValue<string>() ?? "";

        internal string Uid => obj["metadata"]?["uid"]?.GetValue<string>() ?? "";

        internal bool IsBeingDeleted => obj["metadata"]?["deletionTimestamp"] is not null;

        internal string Phase => obj["status"]?["phase"]?.GetValue<string>() ?? "Pending";

        internal string NodeName => obj["spec"]?["nodeName"]?.GetValue<string>() ?? "";

        internal string? Label(string key) => obj["metadata"]?["labels"]?[key]?.GetValue<string>();
    }
}
