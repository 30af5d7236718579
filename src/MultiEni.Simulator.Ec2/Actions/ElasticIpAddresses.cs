using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Associates, disassociates and describes Elastic IPs, on primary addresses only
/// (docs/reference/ec2.md#elastic-ips). The code for an interface that has another one is not
/// confirmed.
/// </summary>
internal static class ElasticIpAddresses
{
    private static readonly FilterFields<ElasticIp> _filters = new(
        new Dictionary<string, Func<ElasticIp, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["allocation-id"] = address => [address.AllocationId],
            ["association-id"] = address => Some(address.AssociationId),
            ["network-interface-id"] = address => Some(address.NetworkInterfaceId),
            ["public-ip"] = address => [address.PublicIp],
            ["domain"] = _ => ["vpc"],
        },
        address => address.Tags
    );

    public static void Associate(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var allocation = query.Required("AllocationId");
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        var address = Require(state, allocation);
        if (address.NetworkInterfaceId != row.Id)
        {
            if (address.NetworkInterfaceId is not null && query.Boolean("AllowReassociation") == false)
            {
                throw new Ec2Error(
                    "Resource.AlreadyAssociated",
                    $"resource {allocation} is already associated with associate-id {address.AssociationId}"
                );
            }

            if (Of(state, row.Id) is { } other)
            {
                throw new Ec2Error("Resource.AlreadyAssociated", $"resource {row.Id} is already associated with associate-id {other.AssociationId}");
            }

            address = address with { AssociationId = state.Ids.Id("eipassoc-"), NetworkInterfaceId = row.Id };
            state.ElasticIps[allocation] = address;
        }

        answer.Flag("return", true).Text("associationId", address.AssociationId);
    }

    public static void Disassociate(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var association = query.Required("AssociationId");
        var address =
            state.ElasticIps.Values.FirstOrDefault(address => address.AssociationId == association)
            ?? throw new Ec2Error("InvalidAssociationID.NotFound", $"The association ID '{association}' does not exist");
        Release(state, address);
        answer.Flag("return", true);
    }

    public static void Describe(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("AllocationId");
        var filters = QueryFilter.Parse(query);
        _filters.Check(filters);
        var addresses = ids.Count > 0 ? ids.Select(id => Require(state, id)) : state.ElasticIps.Values;
        answer.Set(
            "addressesSet",
            addresses.Where(address => _filters.Matches(address, filters)),
            (item, address) =>
                item.Text("allocationId", address.AllocationId)
                    .Text("publicIp", address.PublicIp)
                    .Text("domain", "vpc")
                    .Text("associationId", address.AssociationId)
                    .Text("networkInterfaceId", address.NetworkInterfaceId)
                    .TagSet(address.Tags)
        );
    }

    /// <summary>The Elastic IP of an interface; null when it has none.</summary>
    public static ElasticIp? Of(Ec2State state, string networkInterfaceId) =>
        state.ElasticIps.Count == 0 ? null : state.ElasticIps.Values.FirstOrDefault(address => address.NetworkInterfaceId == networkInterfaceId);

    /// <summary>An Elastic IP that belongs to nothing any more; it stays allocated.</summary>
    public static void Release(Ec2State state, ElasticIp address) =>
        state.ElasticIps[address.AllocationId] = address with { AssociationId = null, NetworkInterfaceId = null };

    private static ElasticIp Require(Ec2State state, string id) =>
        state.ElasticIps.TryGetValue(id, out var address)
            ? address
            : throw new Ec2Error("InvalidAllocationID.NotFound", $"The allocation ID '{id}' does not exist");

    private static IEnumerable<string> Some(string? value) => value is null ? [] : [value];
}
