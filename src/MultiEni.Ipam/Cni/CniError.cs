using System.Buffers;
using System.Text.Json;

namespace MultiEni.Ipam.Cni;

/// <summary>An error as CNI has it (https://www.cni.dev/docs/spec/#error).</summary>
/// <param name="Code">One of <see cref="Protocol.IpamErrorCodes"/>.</param>
/// <param name="Message">What is the case.</param>
/// <param name="Details">The remedy.</param>
internal sealed record CniError(int Code, string Message, string? Details = null)
{
    /// <summary>The error as the plugin prints it.</summary>
    /// <param name="version">Version of the configuration, or the latest one.</param>
    public ReadOnlyMemory<byte> Write(string version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, CniJson.Readable);
        json.WriteStartObject();
        json.WriteString("cniVersion", version);
        json.WriteNumber("code", Code);
        json.WriteString("msg", Message);
        if (Details is { Length: > 0 })
        {
            json.WriteString("details", Details);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

/// <summary>Ends the reading of an input that cannot be used.</summary>
internal sealed class CniException(CniError error) : Exception(error.Message)
{
    /// <summary>What is wrong with it.</summary>
    public CniError Error => error;
}
