using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Invocation;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Cli.Plans;

/// <summary>
/// NodeENIs of files, checked with the schema and rules that this version brings, as the API server
/// checks them.
/// </summary>
internal static class NodeEniManifests
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>Reads all NodeENIs of some files or folders; other kinds in them are left out.</summary>
    /// <param name="paths">Files, folders, or <c>-</c> for the standard input.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="mayBeNone">Whether files without a NodeENI are fine.</param>
    /// <exception cref="CommandFailedException">A file cannot be read, or has no NodeENI.</exception>
    public static IReadOnlyList<NodeEniManifest> Read(IEnumerable<string> paths, TextReader input, bool mayBeNone = false)
    {
        var manifests = paths
            .SelectMany(path => Files(path).Select(file => (file, file == "-" ? input.ReadToEnd() : Documents.ReadFile(file))))
            .SelectMany(file => Documents.Parse(file.file, file.Item2).Select(document => (file.file, document)))
            .Where(entry => IsOurs(entry.file, entry.document))
            .Select(entry => NodeEniManifest.Of(entry.file, entry.document))
            .ToList();
        if (manifests.Count == 0 && !mayBeNone)
        {
            throw Documents.Unusable($"There is no NodeENI in {string.Join(", ", paths)}.", "Name the files or folders that have them.");
        }

        return manifests.GroupBy(manifest => manifest.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw Documents.Unusable(
                $"The NodeENI {twice.Key} is in {string.Join(" and in ", twice.Select(manifest => manifest.Source).Distinct(StringComparer.Ordinal))} {twice.Count()} times.",
                "Keep one of them."
            )
            : manifests;
    }

    // Such as NodeEni, which the API server does not know either.
    private static bool IsOurs(string file, JsonObject document) =>
        document["kind"]?.ToString() switch
        {
            Names.NodeEniKind => true,
            var kind when Names.NodeEniKind.Equals(kind, StringComparison.OrdinalIgnoreCase) => throw Documents.Unusable(
                $"{file}: there is no kind '{kind}'.",
                $"Write {Names.NodeEniKind}."
            ),
            _ => false,
        };

    private static IEnumerable<string> Files(string path) =>
        path != "-" && Directory.Exists(path)
            ? Directory.GetFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)
            : [path];
}

/// <summary>A NodeENI of a file.</summary>
/// <param name="Source">The file.</param>
/// <param name="Name">Its name.</param>
/// <param name="Document">What the file says.</param>
internal sealed partial record NodeEniManifest(string Source, string Name, JsonObject Document)
{
    private static readonly Lazy<CustomResourceSchema> Schema = new(ReadSchema);

    /// <summary>Reads a document.</summary>
    public static NodeEniManifest Of(string source, JsonObject document) =>
        document["apiVersion"]?.ToString() is var version && version != Names.ApiVersion
            ? throw Documents.Unusable($"{source}: apiVersion is '{version}'; a NodeENI has {Names.ApiVersion}.", null)
        : (document["metadata"] as JsonObject)?["name"] is JsonValue name ? new NodeEniManifest(source, name.ToString(), document)
        : throw Documents.Unusable($"{source}: a NodeENI has no metadata.name.", null);

    /// <summary>The object as it would be stored, or why it would be refused.</summary>
    /// <param name="before">What is stored; null on a creation.</param>
    public (NodeEni? NodeEni, IReadOnlyList<string> Errors) Check(NodeEni? before)
    {
        var document = Document.DeepClone().AsObject();
        var unknown = Schema.Value.Prune(document).Select(path => $"{path}: unknown field").ToList();
        Schema.Value.ApplyDefaults(document);
        var old = before is null ? null : JsonSerializer.SerializeToNode(before, ApiJson.Default.NodeEni)!.AsObject();
        List<string> errors = [.. unknown, .. Schema.Value.Validate(document, old).Select(error => error.ToString())];
        if (Name.Length > LongestName || !ObjectName().IsMatch(Name))
        {
            errors.Add($"metadata.name: '{Name}' is no name; lower case letters, digits, '-' and '.', at most {LongestName} characters");
        }

        return errors.Count > 0 ? (null, errors) : Deserialize(document, before);
    }

    private (NodeEni? NodeEni, IReadOnlyList<string> Errors) Deserialize(JsonObject document, NodeEni? before)
    {
        try
        {
            var read = document.Deserialize(ApiJson.Default.NodeEni)!;
            // Slots are named by it: the same in every plan of the same file.
            return (read with { Metadata = read.Metadata with { Uid = before?.Metadata.Uid ?? $"planned-{Name}", DeletionTimestamp = null } }, []);
        }
        catch (JsonException mistyped)
        {
            // The schema covers what is ours. Of the metadata every label and annotation is text.
            return (null, [$"{mistyped.Path?.TrimStart('$', '.')}: {TextExpected}"]);
        }
    }

    private const string TextExpected = "text is expected; put numbers, true and false into quotation marks";

    // RFC 1123 subdomain, as the API server checks it
    // (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
    private const int LongestName = 253;

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ObjectName();

    private static CustomResourceSchema ReadSchema()
    {
        var assembly = typeof(KubernetesSimulator).Assembly;
        var definition = assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith("crds/", StringComparison.Ordinal))
            .SelectMany(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                return YamlDocuments.Parse(reader.ReadToEnd());
            })
            .First(document => document["spec"]!["names"]!["kind"]!.ToString() == Names.NodeEniKind);
        return CustomResourceSchema.Parse(definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.DeepClone().AsObject());
    }
}

/// <summary>Files that users name.</summary>
internal static class Documents
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandFailedException">It cannot be read.</exception>
    public static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"{path} cannot be read: {error.Message}", null);
        }
    }

    /// <summary>The documents of a YAML or JSON text; those of a List are its items.</summary>
    /// <exception cref="CommandFailedException">It is neither.</exception>
    public static IReadOnlyList<JsonObject> Parse(string source, string text)
    {
        try
        {
            return
            [
                .. YamlDocuments.Parse(text).SelectMany(document => document["items"] is JsonArray items ? items.OfType<JsonObject>() : [document]),
            ];
        }
        catch (Exception malformed) when (malformed is FormatException or YamlDotNet.Core.YamlException)
        {
            throw Unusable($"{source} is not YAML: {malformed.Message}", null);
        }
    }

    /// <summary>A file is no good.</summary>
    public static CommandFailedException Unusable(string message, string? remedy) => new(message, remedy, ExitCodes.Usage);
}
