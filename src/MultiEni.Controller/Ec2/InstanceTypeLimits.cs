namespace MultiEni.Controller.Ec2;

/// <summary>
/// How many ENIs an instance of a type takes. The limit of each card must hold, not only the total (docs/reference/ec2.md#instance-limits).
/// </summary>
/// <param name="InstanceType">Such as `m5.xlarge`.</param>
/// <param name="MaximumEnis">Over all cards, the primary ENI included.</param>
/// <param name="PerCard">For each network card, by index.</param>
/// <param name="Ipv4PerEni">IPv4 addresses an ENI can have, the primary one included.</param>
internal sealed record InstanceTypeLimits(string InstanceType, int MaximumEnis, IReadOnlyList<int> PerCard, int Ipv4PerEni);
