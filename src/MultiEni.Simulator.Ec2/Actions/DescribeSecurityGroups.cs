using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>Security groups without their rules (docs/reference/ec2.md#describe-calls).</summary>
internal static class DescribeSecurityGroups
{
    private static readonly FilterFields<SecurityGroup> _filters = new(
        new Dictionary<string, Func<SecurityGroup, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["group-id"] = group => [group.Id],
            ["group-name"] = group => [group.Name],
            ["vpc-id"] = group => [group.VpcId],
            ["description"] = group => [group.Description],
        },
        group => group.Tags
    );

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("GroupId");
        var filters = QueryFilter.Parse(query);
        _filters.Check(filters);
        var page = Paging.Of(query, ids.Count > 0, maximum: 1000);
        var groups = ids.Count > 0 ? ids.Select(id => Require(state, id)) : state.SecurityGroups.Values;
        var (rows, next) = PagedTable.Cut(groups, group => _filters.Matches(group, filters), page);
        answer.Set("securityGroupInfo", rows, (item, group) => Write(state, item, group)).Text("nextToken", next);
    }

    private static SecurityGroup Require(Ec2State state, string id) =>
        state.SecurityGroups.TryGetValue(ResourceIds.Check("sg-", id, "InvalidGroupId.Malformed"), out var group)
            ? group
            : throw new Ec2Error("InvalidGroup.NotFound", $"The security group '{id}' does not exist");

    private static void Write(Ec2State state, XmlAnswer answer, SecurityGroup group) =>
        answer
            .Text("groupId", group.Id)
            .Text("groupName", group.Name)
            .Text("groupDescription", group.Description)
            .Text("ownerId", state.Options.AccountId)
            .Text("vpcId", group.VpcId)
            .TagSet(group.Tags);
}
