using MultiEni.Api;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Tests;

/// <summary>Nodes in C# and as the wire has them.</summary>
public static class TestNodes
{
    public static ResourceKind<Node> Kind { get; } = new("", "v1", "nodes", "Node", false, ApiJson.Default.Node, ApiJson.Default.KubernetesListNode);

    public static Node Node(string name, string version, string uid = "u", string? zone = null) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                ResourceVersion = version,
                Uid = uid,
                Labels = zone is null ? null : new() { ["zone"] = zone },
            },
        };

    public static string Json(string name, string version, string uid = "u", string? zone = null) =>
        System.Text.Json.JsonSerializer.Serialize(Node(name, version, uid, zone), ApiJson.Default.Node);

    public static string List(string version, params string[] items) =>
        $$$"""{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}"},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Page(string version, string next, params string[] items) =>
        $$$"""{"metadata":{"resourceVersion":"{{{version}}}","continue":"{{{next}}}"},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Added(string obj) => $$"""{"type":"ADDED","object":{{obj}}}""";

    public static string Modified(string obj) => $$"""{"type":"MODIFIED","object":{{obj}}}""";

    public static string Deleted(string obj) => $$"""{"type":"DELETED","object":{{obj}}}""";

    public static string Bookmark(string version) =>
        $$$"""{"type":"BOOKMARK","object":{"kind":"Node","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}","creationTimestamp":null},"spec":{},"status":{"nodeInfo":{} } } }""";

    public static string Error(int code, string reason) =>
        $$$"""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old","reason":"{{{reason}}}","code":{{{code}}} } }""";
}
