using System.Text.Json.Serialization;

namespace MultiEni.Cli.Top;

/// <summary>What happened on the ENIs of the cluster in a few seconds.</summary>
/// <param name="IntervalSeconds">How many seconds that were, about.</param>
/// <param name="Enis">The ENIs, in the order that was asked for.</param>
/// <param name="Unreachable">Nodes whose ENI manager did not answer.</param>
internal sealed record TopReport(double IntervalSeconds, IReadOnlyList<TopEni> Enis, IReadOnlyList<UnreachableManager> Unreachable);

/// <summary>An ENI. What is null is not counted, or began anew in the meantime.</summary>
internal sealed record TopEni
{
    /// <summary>Its node.</summary>
    public required string Node { get; init; }

    /// <summary>Its ID.</summary>
    public required string Eni { get; init; }

    /// <summary>Its NodeENI.</summary>
    [JsonPropertyName("nodeENI")]
    public required string NodeEni { get; init; }

    /// <summary>Its subnet.</summary>
    public required string Subnet { get; init; }

    /// <summary>The pod that has it, as <c>namespace/name</c>.</summary>
    public string? Pod { get; init; }

    /// <summary>Who counts: see <c>aws_multi_eni_counter_source</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Received bits per second.</summary>
    public double? ReceiveBitsPerSecond { get; init; }

    /// <summary>Transmitted bits per second.</summary>
    public double? TransmitBitsPerSecond { get; init; }

    /// <summary>Received packets per second.</summary>
    public double? ReceivePacketsPerSecond { get; init; }

    /// <summary>Transmitted packets per second.</summary>
    public double? TransmitPacketsPerSecond { get; init; }

    /// <summary>Packets that the node dropped, per second.</summary>
    public double? DropsPerSecond { get; init; }

    /// <summary>Packets that EC2 queued or dropped, per second, by allowance.</summary>
    public SortedDictionary<string, double>? AllowanceExceededPerSecond { get; init; }

    /// <summary>Connections that the instance can still track.</summary>
    public double? ConnectionsAvailable { get; init; }

    /// <summary>Packets that EC2 queued or dropped, per second, of all allowances.</summary>
    [JsonIgnore]
    public double? ExceededPerSecond => AllowanceExceededPerSecond?.Values.Sum();
}

/// <summary>An ENI manager that did not answer.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Message">What the API server says.</param>
internal sealed record UnreachableManager(string Node, string Message);

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(TopReport))]
internal sealed partial class TopJson : JsonSerializerContext;
