using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Deletes an interface that is in no instance; text and code of the refusal are those of
/// docs/reference/ec2.md#errors.
/// </summary>
internal static class DeleteNetworkInterface
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        if (row.Attachment is not null)
        {
            throw new Ec2Error("InvalidParameterValue", $"Network interface '{row.Id}' is currently in use.");
        }

        state.Lifecycle.Delete(row);
        answer.Flag("return", true);
    }
}
