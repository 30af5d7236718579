using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

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
    /// <exception cref="KubernetesConfigException">It says something else: what was meant to be on must not be off in silence, nor the other way.</exception>
    public bool Flag(string name) =>
        Text(name) switch
        {
            "true" or "True" or "TRUE" or "yes" or "on" => true,
            null or "" or "false" or "False" or "FALSE" or "no" or "off" => false,
            var other => throw new KubernetesConfigException($"{this}: {name} is '{other}'; it must be true or false."),
        };

    /// <summary>A scalar that must be there.</summary>
    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw new KubernetesConfigException($"{this} has no {name}.");

    /// <summary>What <c>name-data</c> holds in base 64, or else the file that <c>name</c> names.</summary>
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
