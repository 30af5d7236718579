using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// What a subnet keeps
/// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSubnetCidrReservations.html). All
/// on one page: a subnet has few.
/// </summary>
internal static class SubnetCidrReservations
{
    public static void Get(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var subnet = state.RequireSubnet(query.Required("SubnetId"));
        answer.Set(
            "subnetIpv4CidrReservationSet",
            subnet.Ipv4.Reservations,
            (item, range) =>
                item.Text("subnetId", subnet.Row.Id)
                    .Text("cidr", range.Cidr)
                    .Text("reservationType", range.IsForPrefixes ? "prefix" : "explicit")
                    .Text("ownerId", state.Options.AccountId)
        );
    }
}
