namespace MultiEni.Simulator.Ec2;

/// <summary>
/// An IPv4 range that a subnet keeps: no address of it is given to whoever names none
/// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html).
/// </summary>
/// <param name="Cidr">The range.</param>
/// <param name="IsForPrefixes">
/// Whether prefixes are taken from it, before all other blocks; otherwise only addresses that are named are.
/// </param>
public sealed record CidrReservation(string Cidr, bool IsForPrefixes);
