using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// ENA Express, as an attach or modify call asks for it (docs/reference/ec2.md#ena-express); the
/// codes of the refusals are not confirmed.
/// </summary>
internal static class EnaExpressRequest
{
    public const string Parameter = "EnaSrdSpecification";

    /// <summary>Null when the call says nothing of it.</summary>
    public static EnaExpress? Of(QueryParameters query, InstanceType type)
    {
        if (!query.HasAny($"{Parameter}."))
        {
            return null;
        }

        var express = new EnaExpress(
            query.Boolean($"{Parameter}.EnaSrdEnabled") ?? false,
            query.Boolean($"{Parameter}.EnaSrdUdpSpecification.EnaSrdUdpEnabled") ?? false
        );
        if (express.Enabled && !type.EnaExpress)
        {
            throw new Ec2Error("UnsupportedOperation", $"Instance type {type.Name} does not support ENA Express.");
        }

        return express is { Udp: true, Enabled: false }
            ? throw new Ec2Error("InvalidParameterCombination", "ENA Express for UDP needs ENA Express.")
            : express;
    }
}
