using System.Text.Json;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Setup;

/// <summary>What a run of the setup switched on, so that it can be taken back and nothing else is, and why the node could not be made ready.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record SetupRecord
{
    /// <summary>The boot in which no-IOMMU mode was switched on; empty when it was not.</summary>
    public string NoIommuSwitchedOnIn { get; set; } = "";

    /// <summary>Why the node could not be made ready; empty when it was.</summary>
    public string Problem { get; set; } = "";

    /// <summary>The boot of the last run.</summary>
    public string BootId { get; set; } = "";

    /// <summary>Where it is, for a journal at this path.</summary>
    public static string PathBeside(string journal) => Path.Combine(Path.GetDirectoryName(journal)!, "setup.json");

    /// <summary>Reads it; an unreadable one counts as none, since it only ever allows to take something back.</summary>
    public static SetupRecord Read(string path)
    {
        try
        {
            return DurableFile.Read(path) is { } text ? JsonSerializer.Deserialize(text, SetupJson.Default.SetupRecord) ?? new() : new();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return new();
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string path) => DurableFile.Replace(path, JsonSerializer.Serialize(this, SetupJson.Default.SetupRecord));
}
