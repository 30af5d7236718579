using System.Collections.Frozen;
using System.Globalization;

namespace MultiEni.Controller.Ec2.Limits;

/// <summary>The table of instance types that is part of the program: one line a type, so that common clusters ask EC2 for none. <c>eng/InstanceTypes</c> writes it.</summary>
internal static class InstanceTypeTable
{
    private const string Resource = "MultiEni.Controller.Ec2.Limits.instance-types.tsv";

    /// <summary>All types of the table.</summary>
    public static FrozenDictionary<string, TabledType> Types { get; } = Load();

    /// <summary>
    /// Reads lines of type, ENIs in all, ENIs of each card, IPv4 addresses an ENI, and source, separated by tabs. Lines that begin with `#` say
    /// something to people.
    /// </summary>
    public static IReadOnlyList<TabledType> Parse(TextReader reader)
    {
        var types = new List<TabledType>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                types.Add(ParseLine(line));
            }
        }

        return types;
    }

    private static TabledType ParseLine(string line)
    {
        if (line.Split('\t') is not [var type, var total, var cards, var addresses, var source] || !TabledType.Sources.Contains(source))
        {
            throw new FormatException(
                $"'{line}' is not a type, its ENIs, a list of cards, a number of addresses and a source ({string.Join(", ", TabledType.Sources)}), separated by tabs"
            );
        }

        int[] perCard = [.. cards.Split(',').Select(Number)];
        return new(new(type, Number(total), perCard, Number(addresses)), source);
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static FrozenDictionary<string, TabledType> Load()
    {
        using var stream =
            typeof(InstanceTypeTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program lacks its resource {Resource}");
        using var reader = new StreamReader(stream);
        return Parse(reader).ToFrozenDictionary(type => type.Limits.InstanceType, StringComparer.Ordinal);
    }
}
