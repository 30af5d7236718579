using System.Collections.Frozen;

namespace MultiEni.Controller.Ec2.Limits;

/// <summary>The table of instance types that is part of the program: one line a type, so that common clusters ask EC2 for none.</summary>
public static class InstanceTypeTable
{
    private const string Resource = "MultiEni.Controller.Ec2.Limits.instance-types.tsv";

    /// <summary>All types of the table.</summary>
    public static FrozenDictionary<string, InstanceTypeLimits> Types { get; } = Load();

    /// <summary>Reads lines of type, IPv4 addresses an ENI and ENIs of each card, separated by tabs and commas. Lines that begin with `#` say something to people.</summary>
    public static IReadOnlyList<InstanceTypeLimits> Parse(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var types = new List<InstanceTypeLimits>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                types.Add(ParseLine(line));
            }
        }

        return types;
    }

    private static InstanceTypeLimits ParseLine(string line)
    {
        if (line.Split('\t') is not [var type, var addresses, var cards])
        {
            throw new FormatException($"'{line}' is not a type, a number of addresses and a list of cards, separated by tabs");
        }

        int[] perCard = [.. cards.Split(',').Select(int.Parse)];
        return new(type, perCard.Sum(), perCard, int.Parse(addresses));
    }

    private static FrozenDictionary<string, InstanceTypeLimits> Load()
    {
        using var stream =
            typeof(InstanceTypeTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program lacks its resource {Resource}");
        using var reader = new StreamReader(stream);
        return Parse(reader).ToFrozenDictionary(type => type.InstanceType, StringComparer.Ordinal);
    }
}
