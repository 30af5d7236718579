using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Who makes a request, as authorization and admission see it.</summary>
/// <param name="Name">Such as <c>system:serviceaccount:NAMESPACE:NAME</c>.</param>
/// <param name="Groups">Groups that bindings may name.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>
    /// The extra attribute of a pod's token that names the node on which the pod runs.
    /// </summary>
    public const string NodeNameKey = "authentication.kubernetes.io/node-name";

    /// <summary>Members of this group may do everything.</summary>
    public const string Masters = "system:masters";

    /// <summary>The group of everybody who was told by a token.</summary>
    public const string Authenticated = "system:authenticated";

    /// <summary>The group of everybody else.</summary>
    public const string Unauthenticated = "system:unauthenticated";

    /// <summary>The person in front of the cluster, who may do everything.</summary>
    public static UserInfo Administrator { get; } =
        new("kubernetes-admin", [Masters, Authenticated]) { Uid = "d6ad6ac1-4f3f-4d0c-8a5b-8f4d1d0c6f01" };

    /// <summary>Whoever comes without a token where the administrator has one.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", [Unauthenticated]);

    /// <summary>
    /// Tells users of the same name apart over time; empty for those who have none.
    /// </summary>
    public string Uid { get; init; } = "";

    /// <summary>What else the token says; a key may have several values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>A user who is a member of no group but that of everybody.</summary>
    public static UserInfo Person(string name) => new(name, [Authenticated]);

    /// <summary>A service account, on a node when its token was issued to a pod.</summary>
    public static UserInfo ServiceAccount(string inNamespace, string name, string? node)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (node is not null)
        {
            extra[NodeNameKey] = [node];
        }

        return new UserInfo(
            $"system:serviceaccount:{inNamespace}:{name}",
            ["system:serviceaccounts", $"system:serviceaccounts:{inNamespace}", Authenticated]
        )
        {
            Extra = extra,
        };
    }

    // Empty fields are left out, as in what the API server gives to admission.
    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0)
        {
            json["uid"] = Uid;
        }

        if (Groups.Count > 0)
        {
            json["groups"] = Texts(Groups);
        }

        if (Extra.Count > 0)
        {
            json["extra"] = new JsonObject([.. Extra.Select(static entry => KeyValuePair.Create(entry.Key, (JsonNode?)Texts(entry.Value)))]);
        }

        return json;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)JsonValue.Create(text))]);
}
