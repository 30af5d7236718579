namespace MultiEni.Simulator.Ec2;

/// <summary>
/// The types a simulated Region offers when the options name no others: the table of
/// docs/reference/ec2.md#instance-limits and a few usual ones.
/// </summary>
public static class InstanceTypes
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<InstanceType> Known { get; } =
    [
        OneCard("t3.micro", 2, 2),
        OneCard("t3.small", 3, 4),
        OneCard("t3.medium", 3, 6),
        OneCard("t3.large", 3, 12),
        OneCard("m5.large", 3, 10),
        OneCard("m5.xlarge", 4, 15),
        OneCard("m5.2xlarge", 4, 15),
        OneCard("m5.4xlarge", 8, 30),
        OneCard("m5.8xlarge", 8, 30),
        OneCard("m5.12xlarge", 8, 30),
        OneCard("m5.16xlarge", 15, 50),
        OneCard("m5.24xlarge", 15, 50),
        OneCard("c5.large", 3, 10),
        OneCard("c5.xlarge", 4, 15),
        OneCard("c5.2xlarge", 4, 15),
        OneCard("c5.4xlarge", 8, 30),
        OneCard("c5.9xlarge", 8, 30),
        OneCard("c5.18xlarge", 15, 50),
        OneCard("c5n.18xlarge", 15, 50),
        OneCard("m4.large", 2, 10) with
        {
            Xen = true,
        },
        OneCard("m6i.large", 3, 10) with
        {
            Queues = [new(2, 2, 6)],
        },
        OneCard("m6i.4xlarge", 8, 30) with
        {
            Queues = [new(8, 16, 64)],
        },
        OneCard("m6i.8xlarge", 8, 30) with
        {
            Queues = [new(8, 32, 64)],
            EnaExpress = true,
        },
        OneCard("c6in.large", 3, 10),
        OneCard("c6in.xlarge", 4, 15),
        OneCard("c6in.2xlarge", 4, 15),
        OneCard("c6in.4xlarge", 8, 30),
        OneCard("c6in.8xlarge", 8, 30),
        OneCard("c6in.16xlarge", 15, 50),
        Cards("c6in.32xlarge", 50, cards: 2, each: 8),
        OneCard("m8i.96xlarge", 24, 64),
        Cards("c8gn.48xlarge", 64, cards: 2, each: 12),
        Cards("g6e.48xlarge", 50, cards: 4, each: 10),
        Cards("p4d.24xlarge", 50, cards: 4, each: 15),
        Cards("p5.48xlarge", 50, cards: 32, each: 2),
        Cards("p5en.48xlarge", 50, cards: 16, each: 4),
        Cards("p6-b200.48xlarge", 50, cards: 8, each: 4),
        Cards("p6-b300.48xlarge", 50, cards: 17, each: 4),
        Cards("trn1.32xlarge", 50, cards: 8, each: 5),
        Cards("trn1n.32xlarge", 50, cards: 16, each: 5),
        Cards("dl1.24xlarge", 50, cards: 4, each: 15),
    ];

    private static InstanceType OneCard(string name, int interfaces, int ipv4) => new(name, interfaces, [interfaces], ipv4);

    private static InstanceType Cards(string name, int ipv4, int cards, int each) =>
        new(name, cards * each, [.. Enumerable.Repeat(each, cards)], ipv4);
}
