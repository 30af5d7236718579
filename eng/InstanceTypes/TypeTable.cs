using System.Text.Json;

namespace MultiEni.InstanceTypes;

/// <summary>The table of instance types that the controller carries, being written anew.</summary>
/// <param name="date">Of the answers that it is given.</param>
public sealed class TypeTable(string date)
{
    private const string Described = "described";
    private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    /// <summary>Takes over the lines of a table, whatever their source.</summary>
    public void AddTable(IEnumerable<string> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach (var line in table.Where(line => line.Length > 0 && line[0] != '#'))
        {
            _lines[line[..line.IndexOf('\t', StringComparison.Ordinal)]] = line;
        }
    }

    /// <summary>
    /// Takes an answer of DescribeInstanceTypes, as the AWS command line prints it; its types
    /// replace former lines.
    /// </summary>
    /// <returns>How many types it had.</returns>
    /// <exception cref="FormatException">It is not such an answer.</exception>
    public int AddAnswer(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("InstanceTypes", out var types) || types.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("The answer has no list InstanceTypes; give it the output of: aws ec2 describe-instance-types --output json");
        }

        foreach (var type in types.EnumerateArray())
        {
            var (name, line) = Line(type);
            _lines[name] = line;
        }

        return types.GetArrayLength();
    }

    /// <summary>The table, with what there is to say of its lines in front.</summary>
    /// <param name="origin">Where the described lines come from, such as the Region asked.</param>
    public IEnumerable<string> Write(string origin) =>
        [
            "# Limits of EC2 instance types: type, ENIs in all, ENIs of each network card, IPv4 addresses of an ENI, whether timeouts of",
            "# connection tracking can be set, whether ENA Express can be, ENA queues of each card (default of an ENI/most of an ENI/most of the card/",
            "# additional ENIs when queues are counted by hand, or \"fixed\"), source, date. \"-\" is not known: EC2 is asked when a NodeENI needs it.",
            $"# Written by eng/InstanceTypes on {date}. Sources of the lines:",
            $"#   described   an answer of DescribeInstanceTypes ({origin})",
            "#   published   ENIs and cards agree in the tables that two AWS projects publish (as of 2026-08);",
            "#               addresses of types with several cards are recalled",
            "#   recalled    general knowledge: EC2 is asked before the line is believed; it counts only while EC2 does not answer",
            .. _lines.Values,
        ];

    private (string Name, string Line) Line(JsonElement type)
    {
        var name = type.GetProperty("InstanceType").GetString()!;
        var network = type.GetProperty("NetworkInfo");
        var total = network.GetProperty("MaximumNetworkInterfaces").GetInt32();
        var cards = network.TryGetProperty("NetworkCards", out var listed)
            ? listed
                .EnumerateArray()
                .OrderBy(card => card.GetProperty("NetworkCardIndex").GetInt32())
                .Select(card => card.GetProperty("MaximumNetworkInterfaces").GetInt32())
                .ToList()
            : [total];
        var addresses = network.GetProperty("Ipv4AddressesPerInterface").GetInt32();
        var tracking = type.TryGetProperty("Hypervisor", out var hypervisor) && hypervisor.GetString() == "xen" ? "no" : "yes";
        var express = network.TryGetProperty("EnaSrdSupported", out var srd) && srd.GetBoolean() ? "yes" : "no";
        return (
            name,
            string.Join(
                '\t',
                name,
                Math.Min(total, cards.Sum()),
                string.Join(',', cards),
                addresses,
                tracking,
                express,
                Queues(network),
                Described,
                date
            )
        );
    }

    /// <summary>
    /// A line has all numbers of all cards or `-`: what is half known is asked of EC2.
    /// </summary>
    private static string Queues(JsonElement network)
    {
        if (!network.TryGetProperty("FlexibleEnaQueuesSupport", out var support))
        {
            return "-";
        }

        if (support.GetString() != "supported")
        {
            return "fixed";
        }

        var cards = network
            .GetProperty("NetworkCards")
            .EnumerateArray()
            .OrderBy(card => card.GetProperty("NetworkCardIndex").GetInt32())
            .Select(card =>
                (
                    Default: Number(card, "DefaultEnaQueueCountPerInterface"),
                    PerEni: Number(card, "MaximumEnaQueueCountPerInterface"),
                    Most: Number(card, "MaximumEnaQueueCount"),
                    Additional: Number(card, "AdditionalFlexibleNetworkInterfaces") ?? 0
                )
            )
            .ToList();
        return cards.Exists(card => card.Default is null || card.PerEni is null || card.Most is null)
            ? "-"
            : string.Join(',', cards.Select(card => $"{card.Default}/{card.PerEni}/{card.Most}/{card.Additional}"));
    }

    private static int? Number(JsonElement card, string name) => card.TryGetProperty(name, out var number) ? number.GetInt32() : null;
}
