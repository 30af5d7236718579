using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>Terminates instances, all or none. Terminating one twice is no error.</summary>
internal static class TerminateInstances
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("InstanceId");
        if (ids.Count == 0)
        {
            throw Ec2Error.MissingParameter("InstanceId");
        }

        List<Instance> before = [.. ids.Distinct(StringComparer.Ordinal).Select(state.RequireInstance)];
        before.ForEach(instance => state.Lifecycle.Terminate(instance.Id));
        answer.Set(
            "instancesSet",
            before,
            (item, instance) =>
            {
                item.Text("instanceId", instance.Id);
                WriteState(item, "currentState", state.Instances[instance.Id].State);
                WriteState(item, "previousState", instance.State);
            }
        );
    }

    private static void WriteState(XmlAnswer answer, string name, InstanceState state) =>
        answer.Begin(name).Number("code", (int)state).Text("name", WireNames.Of(state)).End(name);
}
