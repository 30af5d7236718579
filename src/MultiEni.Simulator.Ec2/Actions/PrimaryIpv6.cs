using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// The primary IPv6 address (docs/reference/ec2.md#addresses-of-an-eni); the codes of the refusals
/// are not confirmed.
/// </summary>
internal static class PrimaryIpv6
{
    public const string Parameter = "EnablePrimaryIpv6";

    public static NetworkInterface Enable(NetworkInterface row) =>
        row.Ipv6Addresses.Count > 0
            ? row with
            {
                PrimaryIpv6 = row.PrimaryIpv6 ?? row.Ipv6Addresses[0],
            }
            : throw new Ec2Error("InvalidParameterCombination", "A primary IPv6 address needs an IPv6 address.");

    public static void RefuseToUnassign(NetworkInterface row, List<string> addresses)
    {
        if (row.PrimaryIpv6 is { } primary && addresses.Contains(primary))
        {
            throw new Ec2Error("InvalidParameterValue", $"{primary} is the primary IPv6 address and cannot be unassigned.");
        }
    }
}
