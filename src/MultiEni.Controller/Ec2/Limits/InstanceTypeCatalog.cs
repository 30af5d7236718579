using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace MultiEni.Controller.Ec2.Limits;

/// <summary>
/// Limits of instance types: a table in the program for those whose values were published or
/// described, EC2 for the others. Values that were only recalled count while EC2 cannot be asked,
/// and no longer. Safe for concurrent use.
/// </summary>
internal sealed class InstanceTypeCatalog(Ec2Client client, TimeProvider time) : IDisposable
{
    // A type may be new in the Region; what EC2 does not know is asked again. What it does know
    // does not change.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _asking = new(1);

    /// <summary>What is known without asking; null when nothing is.</summary>
    public InstanceTypeLimits? Find(string instanceType) =>
        _asked.TryGetValue(instanceType, out var answer) && answer.Limits is not null
            ? answer.Limits
            : InstanceTypeTable.Types.GetValueOrDefault(instanceType)?.Limits;

    /// <summary>
    /// Asks EC2 for those types that are not known for certain, all in one call as far as it takes
    /// them.
    /// </summary>
    /// <param name="instanceTypes">The types.</param>
    /// <param name="withFeatures">
    /// Whether what can be set of their ENIs has to be known, and not their limits alone.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Failures.Ec2CallException">EC2 did not answer.</exception>
    public async Task LearnAsync(IEnumerable<string> instanceTypes, bool withFeatures, CancellationToken cancellationToken)
    {
        var wanted = instanceTypes.Where(type => IsUncertain(type, withFeatures)).Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            wanted.RemoveAll(type => !IsUncertain(type, withFeatures));
            if (wanted.Count == 0)
            {
                return;
            }

            var rows = await client.DescribeInstanceTypesAsync(wanted, cancellationToken);
            var byType = rows.ToDictionary(row => row.InstanceType, StringComparer.Ordinal);
            foreach (var type in wanted)
            {
                _asked[type] = new(byType.GetValueOrDefault(type), time.GetTimestamp());
            }
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private bool IsUncertain(string type, bool withFeatures)
    {
        if (InstanceTypeTable.Types.GetValueOrDefault(type) is { IsCertain: true } known && (known.Limits.Features is not null || !withFeatures))
        {
            return false;
        }

        return !_asked.TryGetValue(type, out var answer) || (answer.Limits is null && time.GetElapsedTime(answer.At) >= UnknownLifetime);
    }

    private sealed record Asked(InstanceTypeLimits? Limits, long At);
}

/// <summary>
/// The table of instance types that is part of the program: one line a type, so that common
/// clusters ask EC2 for none. <c>eng/InstanceTypes</c> writes it.
/// </summary>
internal static class InstanceTypeTable
{
    private const string Unknown = "-";
    private const string Yes = "yes";
    private const string FixedQueues = "fixed";
    private const string Resource = "MultiEni.Controller.Ec2.Limits.instance-types.tsv";

    /// <summary>All types of the table.</summary>
    public static FrozenDictionary<string, TabledType> Types { get; } = Load();

    /// <summary>
    /// Reads lines of type, ENIs in all, ENIs of each card, IPv4 addresses an ENI, what can be set of
    /// its ENIs (connection tracking, ENA Express, queues of each card), source and date, separated
    /// by tabs. Lines that begin with `#` say something to people.
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
        if (
            line.Split('\t') is not [var type, var total, var cards, var addresses, var tracking, var express, var queues, var source, var date]
            || !TabledType.Sources.Contains(source)
        )
        {
            throw new FormatException(
                $"'{line}' is not a type, its ENIs, a list of cards, a number of addresses, three columns of settings, a source ({string.Join(", ", TabledType.Sources)}) "
                    + "and a date, separated by tabs"
            );
        }

        int[] perCard = [.. cards.Split(',').Select(Number)];
        var limits = new InstanceTypeLimits(type, Number(total), perCard, Number(addresses)) { Features = Features(tracking, express, queues) };
        return new(limits, source, date);
    }

    /// <summary>Null for a line that does not tell all of it, as `-`.</summary>
    private static EniFeatures? Features(string tracking, string express, string queues) =>
        tracking == Unknown || express == Unknown || queues == Unknown
            ? null
            : new(tracking == Yes, express == Yes, queues == FixedQueues ? [] : [.. queues.Split(',').Select(Queues)]);

    private static CardQueues Queues(string card) =>
        card.Split('/') is [var standard, var perEni, var most, var additional]
            ? new(Number(standard), Number(perEni), Number(most), Number(additional))
            : throw new FormatException($"'{card}' is not the queues of a card: default/of one ENI/of the card/additional ENIs");

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

/// <summary>One line of the table of instance types.</summary>
/// <param name="Limits">The limits.</param>
/// <param name="Source">
/// Where they are from: <c>described</c> (an answer of DescribeInstanceTypes), <c>published</c> or
/// <c>recalled</c>.
/// </param>
/// <param name="Date">As of when.</param>
internal sealed record TabledType(InstanceTypeLimits Limits, string Source, string Date)
{
    /// <summary>Values from general knowledge: asked of EC2 before they are believed.</summary>
    public const string Recalled = "recalled";

    /// <summary>Sources that a line may name.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["described", "published", Recalled];

    /// <summary>Whether EC2 need not be asked.</summary>
    public bool IsCertain => Source != Recalled;
}
