using System.Reflection;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The manifests that the demo applies, in order; it waits for each one before the next.
/// </summary>
/// <param name="NodeEnis">NodeENIs.</param>
/// <param name="Others">Pods.</param>
/// <param name="AreBuiltIn">Whether they are the built-in ones, whose outcome is known.</param>
internal sealed record DemoDocuments(IReadOnlyList<JsonObject> NodeEnis, IReadOnlyList<JsonObject> Others, bool AreBuiltIn)
{
    private static readonly string[] BuiltIn = ["nodeeni-dpdk-pci-address.yaml", "nodeeni-dpdk.yaml", "pod-dpdk.yaml"];

    public static DemoDocuments Load(string? manifest)
    {
        var documents = manifest is null
            ? BuiltIn.SelectMany(name => Parse(name, ReadBuiltIn(name))).ToList()
            : Parse(manifest, ReadFile(manifest)).ToList();
        if (documents.Count == 0)
        {
            throw new DemoException($"{manifest} contains no document");
        }

        // Fails before anything is started.
        foreach (var document in documents)
        {
            DemoApi.PathOf(document);
            NetworkSelection.Of(document);
        }

        return new DemoDocuments(documents.Where(IsNodeEni).ToList(), documents.Where(document => !IsNodeEni(document)).ToList(), manifest is null);
    }

    /// <summary>
    /// The same manifests for the user's own cluster: with the demo's name prefix and
    /// restricted to the demo's nodes.
    /// </summary>
    public DemoDocuments AsGuest() =>
        this with
        {
            NodeEnis = [.. NodeEnis.Select(DemoGuest.Confine)],
            Others = [.. Others.Select(DemoGuest.Confine)],
        };

    /// <summary>
    /// Namespace of the first pod that asks Multus for a network, in which the controller keeps the
    /// definitions; null when no pod does.
    /// </summary>
    public string? NetworksNamespace => Others.SelectMany(NetworkSelection.Of).FirstOrDefault()?.Namespace;

    private static bool IsNodeEni(JsonObject document) => document["kind"]?.GetValue<string>() == Names.NodeEniKind;

    private static IReadOnlyList<JsonObject> Parse(string name, string text)
    {
        try
        {
            return YamlDocuments.Parse(text);
        }
        catch (Exception malformed) when (malformed is FormatException or YamlDotNet.Core.YamlException)
        {
            throw new DemoException($"{name} is not YAML: {malformed.Message}");
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException unreadable)
        {
            throw new DemoException($"cannot read {path}: {unreadable.Message}");
        }
    }

    private static string ReadBuiltIn(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"samples/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
