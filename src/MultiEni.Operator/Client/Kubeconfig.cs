using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Operator.Proxies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Operator.Client;

/// <summary>
/// Reads kubeconfig files, as kubectl does: of several files the first that has an entry counts.
/// </summary>
internal static class Kubeconfig
{
    /// <summary>A context of the files: the named one, or the current one.</summary>
    /// <exception cref="KubernetesConfigException">
    /// A file cannot be read, or something is missing in it.
    /// </exception>
    public static KubernetesConfig Load(IReadOnlyList<string> paths, string? chosen)
    {
        var files = paths.Select(KubeconfigFile.Open).ToList();
        var all = string.Join(", ", paths);
        var contextName = !string.IsNullOrEmpty(chosen)
            ? chosen
            : files.Select(file => KubeconfigFile.Text(file.Root, "current-context")).FirstOrDefault(name => !string.IsNullOrEmpty(name))
                ?? throw new KubernetesConfigException($"{all}: there is no current-context.");
        var context = Find(files, all, "contexts", "context", contextName);
        var cluster = Find(files, all, "clusters", "cluster", context.Required("cluster"));
        var userName = context.Text("user");
        var user = string.IsNullOrEmpty(userName) ? context with { Node = [] } : Find(files, all, "users", "user", userName);
        return Build(cluster, user) with
        {
            Source = $"{cluster.Path}, context {contextName}",
            Namespace = context.Text("namespace") is { Length: > 0 } home ? home : "default",
        };
    }

    private static KubernetesConfig Build(KubeconfigEntry cluster, KubeconfigEntry user)
    {
        var server = cluster.Required("server");
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new KubernetesConfigException($"{cluster}: server '{server}' must be an http or https address.");
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            if (cluster.Bytes("certificate-authority") is { } pem)
            {
                authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
            }

            return new KubernetesConfig
            {
                Server = address,
                Source = "",
                CertificateAuthorities = authorities,
                SkipTlsVerification = cluster.Flag("insecure-skip-tls-verify"),
                TlsServerName = cluster.Text("tls-server-name") is { Length: > 0 } name ? name : null,
                Proxy = ProxyOf(cluster),
                ClientCertificate = Certificate(user),
                Credentials = CredentialsOf(cluster, user),
                ActAs = ImpersonationOf(user),
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigException($"{cluster} and {user}: a certificate or key cannot be read: {e.Message}", e);
        }
    }

    private static X509Certificate2? Certificate(KubeconfigEntry user)
    {
        var certificate = user.Bytes("client-certificate");
        var key = user.Bytes("client-key");
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            throw new KubernetesConfigException($"{user}: client-certificate and client-key belong together; one is missing.");
        }

        return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
    }

    private static WebProxy? ProxyOf(KubeconfigEntry cluster)
    {
        if (cluster.Text("proxy-url") is not { Length: > 0 } text)
        {
            return null;
        }

        // NO_PROXY is not asked: this proxy is meant for this cluster.
        return ProxyAddress.Parse(text) is { } proxy && text.Contains("://", StringComparison.Ordinal) && ProxyAddress.IsSupported(proxy)
            ? new WebProxy(ProxyAddress.WithoutCredentials(proxy)) { Credentials = new ProxyCredentials(proxy) }
            : throw new KubernetesConfigException(
                $"{cluster}: proxy-url '{ProxyAddress.Redacted(text)}' must be a URL with http, https or socks5, such as http://proxy.example.com:3128."
            );
    }

    private static Impersonation? ImpersonationOf(KubeconfigEntry user)
    {
        var (name, uid, groups) = (user.Text("as"), user.Text("as-uid"), user.Texts("as-groups"));
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (key, values) in user.Node["as-user-extra"] as JsonObject ?? [])
        {
            extra[key] = KubeconfigFile.Texts(values);
        }

        if (!string.IsNullOrEmpty(name))
        {
            return new Impersonation(name, string.IsNullOrEmpty(uid) ? null : uid, groups, extra);
        }

        return string.IsNullOrEmpty(uid) && groups.Count == 0 && extra.Count == 0
            ? null
            : throw new KubernetesConfigException($"{user}: as-uid, as-groups and as-user-extra need 'as', the user to act as.");
    }

    private static ClientCredentials CredentialsOf(KubeconfigEntry cluster, KubeconfigEntry user)
    {
        // Of both, kubectl prefers the file, which somebody keeps fresh.
        if (user.Text("tokenFile") is { Length: > 0 } file)
        {
            return new ClientCredentials.TokenFile(user.FullPath(file));
        }

        if (user.Text("token") is { Length: > 0 } token)
        {
            return new ClientCredentials.Token(token);
        }

        if (user.Text("username") is { Length: > 0 } name)
        {
            return new ClientCredentials.Basic(name, user.Text("password") ?? "");
        }

        if (user.Node["exec"] is JsonObject exec)
        {
            return ExecOf(cluster, user with { Node = exec });
        }

        return user.Node["auth-provider"] is null
            ? new ClientCredentials.Anonymous()
            : throw new KubernetesConfigException($"{user}: auth-provider is not supported; use exec or a token.");
    }

    private static ClientCredentials.Exec ExecOf(KubeconfigEntry cluster, KubeconfigEntry exec)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in (exec.Node["env"] as JsonArray ?? []).OfType<JsonObject>())
        {
            variables[KubeconfigFile.Text(variable, "name") ?? ""] = KubeconfigFile.Text(variable, "value") ?? "";
        }

        var command = exec.Required("command");
        return new ClientCredentials.Exec(
            exec.Text("apiVersion") ?? "client.authentication.k8s.io/v1",
            // A bare name is looked up on the PATH; anything with a slash is relative to the file.
            command.Contains('/', StringComparison.Ordinal)
                ? exec.FullPath(command)
                : command,
            exec.Texts("args"),
            variables
        )
        {
            Cluster = exec.Flag("provideClusterInfo") ? ExecClusterOf(cluster).ToJsonString() : null,
        };
    }

    // https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster
    private static JsonObject ExecClusterOf(KubeconfigEntry cluster)
    {
        var extension = (cluster.Node["extensions"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(one => KubeconfigFile.Text(one, "name") == "client.authentication.k8s.io/exec");
        return new JsonObject
        {
            ["server"] = cluster.Text("server"),
            ["tls-server-name"] = cluster.Text("tls-server-name"),
            ["insecure-skip-tls-verify"] = cluster.Flag("insecure-skip-tls-verify"),
            ["certificate-authority-data"] = cluster.Bytes("certificate-authority") is { } pem ? Convert.ToBase64String(pem) : null,
            ["proxy-url"] = cluster.Text("proxy-url"),
            ["config"] = extension?["extension"]?.DeepClone(),
        };
    }

    private static KubeconfigEntry Find(IEnumerable<KubeconfigFile> files, string all, string list, string kind, string name)
    {
        foreach (var file in files)
        {
            var named = (file.Root[list] as JsonArray ?? []).OfType<JsonObject>().Where(entry => KubeconfigFile.Text(entry, "name") == name).ToList();
            switch (named)
            {
                case []:
                    break;
                case [var only]:
                    return new(file.Path, kind, name, only[kind] as JsonObject ?? []);
                default:
                    throw new KubernetesConfigException($"{file.Path}: there is more than one {kind} named '{name}'; remove all but one.");
            }
        }

        throw new KubernetesConfigException($"{all}: there is no {kind} named '{name}'.");
    }
}

/// <summary>One kubeconfig file; JSON is YAML.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Root">What it says.</param>
internal sealed record KubeconfigFile(string Path, JsonObject Root)
{
    /// <summary>Reads a file.</summary>
    public static KubeconfigFile Open(string path)
    {
        try
        {
            // An empty file counts as one that is not there, as kubectl sees it: `kubectl config`
            // makes such files.
            var root = KubeconfigYaml.Parse(File.ReadAllText(path)) ?? new JsonObject();
            return new(System.IO.Path.GetFullPath(path), root as JsonObject ?? throw new FormatException("it is not a mapping"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new KubernetesConfigException($"The kubeconfig {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A list of scalars; what is something else counts as empty.</summary>
    public static IReadOnlyList<string> Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(item => item?.ToString() ?? "")];

    /// <summary>A scalar as text, or null.</summary>
    public static string? Text(JsonObject node, string name) => node[name] is JsonValue value ? value.ToString() : null;
}

/// <summary>A named cluster, user or context of a kubeconfig file.</summary>
/// <param name="Path">The file, to which relative paths refer.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Node">What it says.</param>
internal sealed record KubeconfigEntry(string Path, string Kind, string Name, JsonObject Node)
{
    /// <summary>A scalar, or null.</summary>
    public string? Text(string name) => KubeconfigFile.Text(Node, name);

    /// <summary>A list of scalars.</summary>
    public IReadOnlyList<string> Texts(string name) => KubeconfigFile.Texts(Node[name]);

    /// <summary>A switch, with YAML's words for it.</summary>
    /// <exception cref="KubernetesConfigException">
    /// It says something else: what was meant to be on must not be off in silence, nor the other
    /// way.
    /// </exception>
    public bool Flag(string name) =>
        Text(name) switch
        {
            "true" or "True" or "TRUE" or "yes" or "on" => true,
            null or "" or "false" or "False" or "FALSE" or "no" or "off" => false,
            var other => throw new KubernetesConfigException($"{this}: {name} is '{other}'; it must be true or false."),
        };

    /// <summary>A scalar that must be there.</summary>
    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw new KubernetesConfigException($"{this} has no {name}.");

    /// <summary>
    /// What <c>name-data</c> holds in base 64, or else the file that <c>name</c> names.
    /// </summary>
    public byte[]? Bytes(string name)
    {
        if (Text($"{name}-data") is { Length: > 0 } data)
        {
            return Convert.FromBase64String(data);
        }

        return Text(name) is { Length: > 0 } file ? File.ReadAllBytes(FullPath(file)) : null;
    }

    /// <summary>A path relative to the kubeconfig file.</summary>
    public string FullPath(string file) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, file);

    /// <inheritdoc />
    public override string ToString() => $"{Path}: {Kind} '{Name}'";
}

/// <summary>
/// Reads YAML as far as a kubeconfig needs it: every scalar is text, because every field but one
/// is.
/// </summary>
internal static class KubeconfigYaml
{
    // A few anchors that hold each other are billions of nodes; a kubeconfig with hundreds of
    // clusters has some thousands.
    private const int MaximumNodes = 100_000;
    private const int MaximumDepth = 50;

    /// <summary>The document, or null when there is nothing in the text.</summary>
    /// <exception cref="FormatException">
    /// It is not YAML, or more than one document; the message names the line.
    /// </exception>
    public static JsonNode? Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}: {e.Message}", e);
        }

        if (stream.Documents.Count > 1)
        {
            throw new FormatException($"line {stream.Documents[1].RootNode.Start.Line}: there is more than one document");
        }

        var budget = MaximumNodes;
        return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, MaximumDepth, ref budget);
    }

    private static JsonNode? Convert(YamlNode node, int depth, ref int budget)
    {
        if (--budget < 0 || depth == 0)
        {
            throw new FormatException($"line {node.Start.Line}: it has more than {MaximumNodes} nodes, or is nested more than {MaximumDepth} deep");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                return scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL"
                    ? null
                    : JsonValue.Create(scalar.Value);
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    list.Add(Convert(item, depth - 1, ref budget));
                }

                return list;
            case YamlMappingNode mapping:
                var map = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    map[key is YamlScalarNode { Value: { } name } ? name : throw new FormatException($"line {key.Start.Line}: a key must be text")] =
                        Convert(value, depth - 1, ref budget);
                }

                return map;
            default:
                throw new FormatException($"line {node.Start.Line}: unsupported YAML");
        }
    }
}
