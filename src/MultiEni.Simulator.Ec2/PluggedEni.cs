namespace MultiEni.Simulator.Ec2;

/// <summary>A network interface as the instance gets to see it.</summary>
/// <param name="PrivateIps">IPv4 addresses, the primary first.</param>
public sealed record PluggedEni(
    string InstanceId,
    string EniId,
    string MacAddress,
    int DeviceIndex,
    int NetworkCardIndex,
    IReadOnlyList<string> PrivateIps
);
