using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator;

/// <summary>Copies of a kubeconfig for the programs of a simulated cluster.</summary>
internal static class KubeconfigCopy
{
    private const string NodeNameKey = "authentication.kubernetes.io/node-name";

    // Fields that name files, which are relative to the kubeconfig.
    private static readonly string[] Files = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

    /// <summary>Writes a copy.</summary>
    /// <param name="source">Path of the original.</param>
    /// <param name="context">
    /// The context that becomes its current one; null for the original's.
    /// </param>
    /// <param name="path">Path of the copy.</param>
    /// <returns><paramref name="path"/>.</returns>
    internal static string Write(string source, string? context, string path)
    {
        var config = Read(source);
        if (context is not null)
        {
            config["current-context"] = context;
        }

        return Save(config, path);
    }

    /// <summary>
    /// Writes a copy that acts as a service account, which works on every API server and needs no
    /// account to exist. What a pod's token says of its node is said along with it.
    /// </summary>
    /// <param name="source">Path of an administrator's.</param>
    /// <param name="path">Path of the copy.</param>
    /// <param name="inNamespace">Namespace of the account.</param>
    /// <param name="account">Its name.</param>
    /// <param name="node">The node of its pod; null for a token that belongs to none.</param>
    /// <returns><paramref name="path"/>.</returns>
    /// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/"/>
    internal static string WriteFor(string source, string path, string inNamespace, string account, string? node)
    {
        var config = Read(source);
        foreach (var user in Entries(config, "users", "user"))
        {
            user["as"] = $"system:serviceaccount:{inNamespace}:{account}";
            if (node is not null)
            {
                user["as-user-extra"] = new JsonObject { [NodeNameKey] = new JsonArray(node) };
            }
        }

        return Save(config, path);
    }

    private static JsonObject Read(string source)
    {
        var config = YamlDocuments.Parse(File.ReadAllText(source)).Single();
        var folder = Path.GetDirectoryName(Path.GetFullPath(source))!;
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

        return config;
    }

    // It may hold secrets.
    private static string Save(JsonObject config, string path)
    {
        var options = new FileStreamOptions { Access = FileAccess.Write, Mode = FileMode.Create };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.Write(config.ToJsonString());
        return path;
    }

    private static IEnumerable<JsonObject> Entries(JsonObject config, string list, string entry) =>
        (config[list] as JsonArray ?? []).Select(item => item?[entry]).OfType<JsonObject>();
}
