using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator;

/// <summary>
/// An administrator's kubeconfig that acts as a service account, which works on every API server and needs no account to exist. What a pod's token says of
/// its node is said along with it.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/"/>
internal static class ActingKubeconfig
{
    private const string NodeNameKey = "authentication.kubernetes.io/node-name";

    // Fields that name files, which are relative to the kubeconfig.
    private static readonly string[] Files = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

    /// <summary>Writes it.</summary>
    /// <param name="administrator">Path of the administrator's.</param>
    /// <param name="path">Path of the new one.</param>
    /// <param name="inNamespace">Namespace of the account.</param>
    /// <param name="account">Its name.</param>
    /// <param name="node">The node of its pod; null for a token that belongs to none.</param>
    /// <returns><paramref name="path"/>.</returns>
    internal static string Write(string administrator, string path, string inNamespace, string account, string? node)
    {
        var config = YamlDocuments.Parse(File.ReadAllText(administrator)).Single();
        var folder = Path.GetDirectoryName(Path.GetFullPath(administrator))!;
        foreach (var entry in Entries(config, "clusters", "cluster").Concat(Entries(config, "users", "user")))
        {
            foreach (var file in Files)
            {
                if (entry[file]?.GetValue<string>() is { Length: > 0 } relative)
                {
                    entry[file] = Path.Combine(folder, relative);
                }
            }
        }

        foreach (var user in Entries(config, "users", "user"))
        {
            user["as"] = $"system:serviceaccount:{inNamespace}:{account}";
            if (node is not null)
            {
                user["as-user-extra"] = new JsonObject { [NodeNameKey] = new JsonArray(node) };
            }
        }

        File.WriteAllText(path, config.ToJsonString());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    private static IEnumerable<JsonObject> Entries(JsonObject config, string list, string entry) =>
        (config[list] as JsonArray ?? []).Select(item => item?[entry]).OfType<JsonObject>();
}
