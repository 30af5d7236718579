using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Changes how an instance offers its metadata service, for example the hop limit that keeps pods
/// out (docs/reference/ec2.md#instance-metadata).
/// </summary>
internal static class ModifyInstanceMetadataOptions
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var instance = state.RequireInstance(query.Required("InstanceId"));
        var hops = query.Integer("HttpPutResponseHopLimit") ?? instance.Metadata.HopLimit;
        if (hops is < 1 or > 64)
        {
            throw Ec2Error.InvalidValue($"{hops}", "HttpPutResponseHopLimit");
        }

        var metadata = new MetadataOptions
        {
            HttpTokens = OneOf(query, "HttpTokens", "optional", "required") ?? instance.Metadata.HttpTokens,
            HttpEndpoint = OneOf(query, "HttpEndpoint", "enabled", "disabled") ?? instance.Metadata.HttpEndpoint,
            HopLimit = hops,
        };
        state.Instances[instance.Id] = instance with { Metadata = metadata };
        answer.Text("instanceId", instance.Id).Begin("instanceMetadataOptions");
        Write(answer, metadata);
        answer.End("instanceMetadataOptions");
    }

    public static void Write(XmlAnswer answer, MetadataOptions metadata) =>
        answer
            .Text("state", "applied")
            .Text("httpTokens", metadata.HttpTokens)
            .Number("httpPutResponseHopLimit", metadata.HopLimit)
            .Text("httpEndpoint", metadata.HttpEndpoint);

    private static string? OneOf(QueryParameters query, string name, string one, string other)
    {
        var value = query.Text(name);
        return value is null || value == one || value == other ? value : throw Ec2Error.InvalidValue(value, name);
    }
}
