using System.Text.Json;

namespace MultiEni.Manager.Host.Kernel.Dpdk;

/// <summary>
/// Reads what a DPDK program answers: a JSON object with the command as its only name
/// (https://doc.dpdk.org/guides/prog_guide/telemetry_lib.html). The program may be anybody's, so
/// whatever has another form reads as nothing. Pure.
/// </summary>
internal static class DpdkAnswer
{
    /// <summary>More ports than any instance has interfaces.</summary>
    private const int MostPorts = 256;

    // RTE_TEL_MAX_DICT_ENTRIES is 256; a later DPDK may have more.
    private const int MostCounters = 2048;

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 6 };

    /// <summary>The numbers of the ports that <c>/ethdev/list</c> lists.</summary>
    public static IReadOnlyList<int> ReadPorts(ReadOnlyMemory<byte> answer) =>
        Read<IReadOnlyList<int>>(
            answer,
            "/ethdev/list",
            value =>
                value.ValueKind == JsonValueKind.Array
                    ?
                    [
                        .. value
                            .EnumerateArray()
                            .Take(MostPorts)
                            .Where(port => port.ValueKind == JsonValueKind.Number && port.TryGetUInt16(out _))
                            .Select(port => (int)port.GetUInt16()),
                    ]
                    : []
        ) ?? [];

    /// <summary>Whether the port of <c>/ethdev/info</c> is a device.</summary>
    public static bool IsDevice(ReadOnlyMemory<byte> answer, PciAddress device) =>
        Read(
            answer,
            "/ethdev/info",
            value =>
                value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty("name", out var name)
                && name.ValueKind == JsonValueKind.String
                && PciAddress.TryParse(name.GetString(), out var address)
                && address == device
        );

    /// <summary>Whether the link of <c>/ethdev/link_status</c> is up; null when it does not say.</summary>
    public static bool? ReadLink(ReadOnlyMemory<byte> answer) =>
        Read<bool?>(
            answer,
            "/ethdev/link_status",
            value =>
                value.ValueKind == JsonValueKind.Object && value.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
                    ? status.ValueEquals("UP"u8)
                        ? true
                        : status.ValueEquals("DOWN"u8)
                            ? false
                            : (bool?)null
                    : null
        );

    /// <summary>
    /// The counters of <c>/ethdev/stats</c> or <c>/ethdev/xstats</c>. What is not a whole number of 64
    /// bits without sign is left out.
    /// </summary>
    public static IReadOnlyList<DriverCounter> ReadCounters(ReadOnlyMemory<byte> answer, string command) =>
        Read<IReadOnlyList<DriverCounter>>(
            answer,
            command,
            value =>
                value.ValueKind == JsonValueKind.Object
                    ?
                    [
                        .. value
                            .EnumerateObject()
                            .Take(MostCounters)
                            .Where(counter => counter.Value.ValueKind == JsonValueKind.Number && counter.Value.TryGetUInt64(out _))
                            .Select(counter => new DriverCounter(counter.Name, counter.Value.GetUInt64())),
                    ]
                    : []
        ) ?? [];

    private static T? Read<T>(ReadOnlyMemory<byte> answer, string command, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(answer, Shallow);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(command, out var value)
                ? read(value)
                : default;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not UTF-8.
            return default;
        }
    }
}
