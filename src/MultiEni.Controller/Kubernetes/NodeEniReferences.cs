using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.Kubernetes;

/// <summary>Names a NodeENI in events.</summary>
internal static class NodeEniReferences
{
    public static ObjectReference To(NodeEni nodeEni) => To(nodeEni.Metadata.Name, nodeEni.Metadata.Uid);

    public static ObjectReference To(string name, string? uid) =>
        new()
        {
            ApiVersion = Names.ApiVersion,
            Kind = Names.NodeEniKind,
            Name = name,
            Uid = uid,
        };
}
