using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Changes exactly one attribute: two in one call are refused (docs/reference/ec2.md#parameters);
/// the code of that refusal is not confirmed.
/// </summary>
internal static class ModifyNetworkInterfaceAttribute
{
    private static readonly string[] _attributes = ["SourceDestCheck", "SecurityGroupId", "Description", "Attachment"];

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        List<string> attributes = [.. _attributes.Where(name => query.HasAny($"{name}."))];
        var changed = attributes switch
        {
            ["SourceDestCheck"] => row with
            {
                SourceDestCheck = query.Boolean("SourceDestCheck.Value") ?? throw Ec2Error.MissingParameter("SourceDestCheck.Value"),
            },
            ["SecurityGroupId"] => row with { GroupIds = state.RequireGroups(query.List("SecurityGroupId"), row.VpcId) },
            ["Description"] => row with { Description = query.Text("Description.Value") ?? "" },
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

        return row.Attachment! with
        {
            DeleteOnTermination =
                query.Boolean("Attachment.DeleteOnTermination") ?? throw Ec2Error.MissingParameter("Attachment.DeleteOnTermination"),
        };
    }
}
