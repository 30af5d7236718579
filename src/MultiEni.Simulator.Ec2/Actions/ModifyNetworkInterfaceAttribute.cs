using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Changes exactly one attribute: two in one call are refused (docs/reference/ec2.md#parameters);
/// the code of that refusal is not confirmed.
/// </summary>
internal static class ModifyNetworkInterfaceAttribute
{
    private static readonly string[] _attributes =
    [
        "SourceDestCheck",
        "SecurityGroupId",
        "Description",
        "Attachment",
        ConnectionTrackingRequest.Parameter,
        PrimaryIpv6.Parameter,
        EnaExpressRequest.Parameter,
    ];

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        List<string> attributes = [.. _attributes.Where(name => query.Has(name) || query.HasAny($"{name}."))];
        var changed = attributes switch
        {
            ["SourceDestCheck"] => row with
            {
                SourceDestCheck = query.Boolean("SourceDestCheck.Value") ?? throw Ec2Error.MissingParameter("SourceDestCheck.Value"),
            },
            ["SecurityGroupId"] => row with { GroupIds = state.RequireGroups(query.List("SecurityGroupId"), row.VpcId) },
            ["Description"] => row with { Description = query.Text("Description.Value") ?? "" },
            [ConnectionTrackingRequest.Parameter] => row with { ConnectionTracking = ConnectionTrackingRequest.Of(query, row.ConnectionTracking) },
            [EnaExpressRequest.Parameter] => row with { Attachment = ChangeEnaExpress(state, query, row) },
            [PrimaryIpv6.Parameter] => query.Boolean(PrimaryIpv6.Parameter) == true
                ? PrimaryIpv6.Enable(row)
                : throw new Ec2Error("InvalidParameterValue", "A primary IPv6 address cannot be disabled."),
            ["Attachment"] => row with { Attachment = ChangeAttachment(state, query, row) },
            [] => throw new Ec2Error("InvalidParameterCombination", "No attributes specified."),
            _ => throw new Ec2Error("InvalidParameterCombination", $"Fields for multiple attribute types specified: {string.Join(", ", attributes)}"),
        };
        state.NetworkInterfaces.Replace(changed);
        answer.Flag("return", true);
    }

    private static Attachment ChangeAttachment(Ec2State state, QueryParameters query, NetworkInterface row)
    {
        var id = query.Required("Attachment.AttachmentId");
        if (DetachNetworkInterface.Require(state, id).Id != row.Id)
        {
            throw new Ec2Error("InvalidAttachmentID.NotFound", $"The attachment '{id}' does not exist on '{row.Id}'");
        }

        if (query.Integer("Attachment.EnaQueueCount") is { } queues)
        {
            return state.Instances[row.Attachment!.InstanceId].State == InstanceState.Stopped
                ? row.Attachment with
                {
                    EnaQueueCount = queues,
                }
                : throw new Ec2Error("IncorrectInstanceState", "The number of ENA queues can be changed while the instance is stopped.");
        }

        return row.Attachment! with
        {
            DeleteOnTermination =
                query.Boolean("Attachment.DeleteOnTermination") ?? throw Ec2Error.MissingParameter("Attachment.DeleteOnTermination"),
        };
    }

    private static Attachment ChangeEnaExpress(Ec2State state, QueryParameters query, NetworkInterface row) =>
        row.Attachment is { } attachment
            ? attachment with
            {
                EnaExpress = EnaExpressRequest.Of(query, state.Instances[attachment.InstanceId].Type),
            }
            : throw new Ec2Error("InvalidParameterCombination", $"The interface '{row.Id}' is not attached.");
}
