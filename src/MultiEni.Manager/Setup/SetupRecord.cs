using System.Text.Json;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Setup;

/// <summary>What a run of the setup switched on, so that it can be taken back and nothing else is.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
public sealed record SetupRecord
{
    /// <summary>The boot in which no-IOMMU mode was switched on; empty when it was not.</summary>
    public string NoIommuSwitchedOnIn { get; set; } = "";

    /// <summary>Reads it; an unreadable one counts as none, since it only ever allows to take something back.</summary>
    public static SetupRecord Read(string path)
    {
        try
        {
            return DurableFile.Read(path) is { } text ? JsonSerializer.Deserialize(text, SetupJson.Default.SetupRecord) ?? new() : new();
        }
        catch (JsonException)
        {
            return new();
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string path) => DurableFile.Replace(path, JsonSerializer.Serialize(this, SetupJson.Default.SetupRecord));
}
