using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Instances with their network interfaces, one reservation for each
/// (docs/reference/ec2.md#describe-calls).
/// </summary>
internal static class DescribeInstances
{
    private static readonly FilterFields<Instance> _filters = new(
        new Dictionary<string, Func<Instance, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["instance-id"] = instance => [instance.Id],
            ["instance-state-name"] = instance => [WireNames.Of(instance.State)],
            ["instance-state-code"] = instance => [$"{(int)instance.State}"],
            ["instance-type"] = instance => [instance.Type.Name],
            ["availability-zone"] = instance => [instance.AvailabilityZone],
            ["subnet-id"] = instance => [instance.SubnetId],
            ["vpc-id"] = instance => [instance.VpcId],
            ["private-ip-address"] = instance => [instance.PrivateIpAddress],
        },
        instance => instance.Tags
    );

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("InstanceId");
        var filters = QueryFilter.Parse(query);
        _filters.Check(filters);
        var page = Paging.Of(query, ids.Count > 0, maximum: 1000);
        var instances = ids.Count > 0 ? ids.Select(state.RequireInstance) : Candidates(state, filters);
        var (rows, next) = PagedTable.Cut(
            instances
                .Where(instance => _filters.Matches(instance, filters))
                .OrderBy(instance => instance.Sequence)
                .Select(instance => (instance.Sequence, instance)),
            page
        );
        answer
            .Set(
                "reservationSet",
                rows,
                (item, instance) =>
                    item.Text("reservationId", instance.ReservationId)
                        .Text("ownerId", state.Options.AccountId)
                        .Set("instancesSet", [instance], (inner, row) => Write(state, inner, row))
            )
            .Text("nextToken", next);
    }

    private static IEnumerable<Instance> Candidates(Ec2State state, List<QueryFilter> filters) =>
        filters.Find(filter => filter.Name == "instance-id" && filter.IsLiteral) is { } byId
            ? byId.Values.Select(value => state.Instances.GetValueOrDefault(value.Literal)).OfType<Instance>().DistinctBy(instance => instance.Id)
            : state.Instances.Values;

    private static void Write(Ec2State state, XmlAnswer answer, Instance instance)
    {
        answer
            .Text("instanceId", instance.Id)
            .Text("instanceType", instance.Type.Name)
            .Begin("instanceState")
            .Number("code", (int)instance.State)
            .Text("name", WireNames.Of(instance.State))
            .End("instanceState")
            .Begin("placement")
            .Text("availabilityZone", instance.AvailabilityZone)
            .End("placement")
            .Time("launchTime", instance.LaunchTime);
        if (instance.State != InstanceState.Terminated)
        {
            answer.Text("subnetId", instance.SubnetId).Text("vpcId", instance.VpcId).Text("privateIpAddress", instance.PrivateIpAddress);
        }

        answer.Begin("metadataOptions");
        ModifyInstanceMetadataOptions.Write(answer, instance.Metadata);
        answer.End("metadataOptions");
        answer.Set("networkInterfaceSet", state.NetworkInterfaces.OfInstance(instance.Id), (item, row) => WriteInterface(state, item, row));
        answer.TagSet(instance.Tags);
    }

    private static void WriteInterface(Ec2State state, XmlAnswer answer, NetworkInterface row)
    {
        answer
            .Text("networkInterfaceId", row.Id)
            .Text("subnetId", row.SubnetId)
            .Text("vpcId", row.VpcId)
            .Text("description", row.Description)
            .Text("ownerId", state.Options.AccountId)
            .Text("status", WireNames.Of(row.Status))
            .Text("macAddress", row.MacAddress)
            .Text("privateIpAddress", row.PrimaryIp)
            .Flag("sourceDestCheck", row.SourceDestCheck)
            .Text("interfaceType", row.InterfaceType);
        NetworkInterfaceXml.WriteGroups(state, answer, row);
        answer.Begin("attachment");
        NetworkInterfaceXml.WriteAttachment(answer, row.Attachment!);
        answer.End("attachment");
        NetworkInterfaceXml.WriteAddresses(answer, row);
    }
}
