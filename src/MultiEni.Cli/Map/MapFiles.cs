using System.Collections.Frozen;
using System.Reflection;

namespace MultiEni.Cli.Map;

/// <summary>The files of the page, which are part of the program.</summary>
internal static class MapFiles
{
    private const string Prefix = "map/";

    private static readonly FrozenDictionary<string, MapFile> Files = Load();

    /// <summary>The file of a path relative to the map's address; null for none.</summary>
    public static MapFile? Find(string path) => Files.GetValueOrDefault(path.Length == 0 ? "index.html" : path);

    private static FrozenDictionary<string, MapFile> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name => new MapFile(Type(name), Read(assembly, name)), StringComparer.Ordinal);
    }

    private static string Type(string name) =>
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"{name}: no media type is known for {other}"),
        };

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}

/// <summary>A file of the page.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record MapFile(string ContentType, byte[] Body);
