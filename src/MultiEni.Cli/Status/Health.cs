using System.Text.Json.Serialization;

namespace MultiEni.Cli.Status;

/// <summary>How something is, the worst first: the order in which a person wants to read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Health>))]
internal enum Health
{
    /// <summary>It does not become ready by itself.</summary>
    Trouble,

    /// <summary>It needs time.</summary>
    Progressing,

    /// <summary>It is being taken away.</summary>
    Deleting,

    /// <summary>All that was asked for is done.</summary>
    Ready,
}
