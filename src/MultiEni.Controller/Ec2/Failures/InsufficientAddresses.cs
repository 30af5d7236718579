namespace MultiEni.Controller.Ec2.Failures;

/// <summary>
/// What follows from a subnet without enough free addresses, whether EC2 says so or its count does:
/// no create call in it for <see cref="Cooldown" />, and one sentence. The reaction to EC2's error
/// is <see cref="Ec2Reaction.SubnetFull" />.
/// </summary>
internal static class InsufficientAddresses
{
    /// <summary>
    /// For how long a subnet counts as full: no watch tells when addresses become free.
    /// </summary>
    public static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(150);

    /// <summary>The sentence.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="found">How that was found out.</param>
    public static string Describe(string subnet, string found) => $"{subnet} has too few free addresses ({found}); free some, or use another subnet";

    /// <summary>The sentence about a subnet that lacks whole blocks for prefixes.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="found">EC2's words.</param>
    public static string DescribeNoBlock(string subnet, string found) =>
        $"{subnet} has no free block for a prefix, however many single addresses are free ({found}); "
        + "set a range aside with a subnet CIDR reservation of type prefix, or use another subnet";
}
