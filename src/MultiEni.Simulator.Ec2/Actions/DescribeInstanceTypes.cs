using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Network limits of instance types, up to a hundred a call (docs/reference/ec2.md#describe-calls,
/// docs/reference/ec2.md#instance-limits).
/// </summary>
internal static class DescribeInstanceTypes
{
    private const int MaximumTypes = 100;

    private static readonly FilterFields<InstanceType> _filters = new(
        new Dictionary<string, Func<InstanceType, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["instance-type"] = type => [type.Name],
            ["network-info.maximum-network-interfaces"] = type => [$"{type.MaximumInterfaces}"],
            ["network-info.maximum-network-cards"] = type => [$"{type.InterfacesPerCard.Count}"],
        },
        tags: null
    );

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var names = query.List("InstanceType");
        if (names.Count > MaximumTypes)
        {
            throw new Ec2Error("InvalidParameterValue", $"At most {MaximumTypes} instance types can be described in one call.");
        }

        var filters = QueryFilter.Parse(query);
        _filters.Check(filters);
        var page = Paging.Of(query, names.Count > 0, maximum: 100);
        var types = names.Count > 0 ? names.Select(name => Require(state, name)) : state.InstanceTypes.Values;
        var (rows, next) = PagedTable.Cut(types, type => _filters.Matches(type, filters), page);
        answer.Set("instanceTypeSet", rows, Write).Text("nextToken", next);
    }

    private static InstanceType Require(Ec2State state, string name) =>
        state.InstanceTypes.TryGetValue(name, out var type)
            ? type
            : throw new Ec2Error("InvalidInstanceType", $"The following supplied instance types do not exist: [{name}]");

    private static void Write(XmlAnswer answer, InstanceType type)
    {
        answer
            .Text("instanceType", type.Name)
            .Flag("bareMetal", false)
            .Text("hypervisor", type.Xen ? "xen" : "nitro")
            .Begin("networkInfo")
            .Number("maximumNetworkInterfaces", type.MaximumInterfaces)
            .Number("maximumNetworkCards", type.InterfacesPerCard.Count)
            .Number("defaultNetworkCardIndex", 0);
        answer.Set("networkCards", type.InterfacesPerCard.Index(), (item, card) => WriteCard(item, type, card.Index));
        answer
            .Number("ipv4AddressesPerInterface", type.Ipv4PerInterface)
            .Number("ipv6AddressesPerInterface", type.Ipv6PerInterface)
            .Flag("ipv6Supported", true)
            .Text("enaSupport", "required")
            .Flag("enaSrdSupported", type.EnaExpress)
            .Text("flexibleEnaQueuesSupport", type.Queues.Count > 0 ? "supported" : "unsupported")
            .End("networkInfo");
    }

    private static void WriteCard(XmlAnswer answer, InstanceType type, int card)
    {
        answer.Number("networkCardIndex", card).Number("maximumNetworkInterfaces", type.InterfacesPerCard[card]);
        if (card < type.Queues.Count)
        {
            var queues = type.Queues[card];
            answer
                .Number("defaultEnaQueueCountPerInterface", queues.Default)
                .Number("maximumEnaQueueCountPerInterface", queues.MaximumPerInterface)
                .Number("maximumEnaQueueCount", queues.Maximum)
                .Number("additionalFlexibleNetworkInterfaces", queues.AdditionalInterfaces > 0 ? queues.AdditionalInterfaces : null);
        }
    }
}
