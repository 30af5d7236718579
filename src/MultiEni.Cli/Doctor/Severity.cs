using System.Text.Json.Serialization;

namespace MultiEni.Cli.Doctor;

/// <summary>How much a finding matters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>Something does not work until somebody helps.</summary>
    Error,

    /// <summary>Something may not work, or could not be looked at.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Info,
}
