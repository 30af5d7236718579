using MultiEni.Controller.Ec2.Limits;

namespace MultiEni.Controller.Tests.Ec2.Limits;

public sealed class InstanceTypeTableTests
{
    // The reference values of two public tables.
    [Theory]
    [InlineData("t3.medium", 3, 1, 3, 6)]
    [InlineData("m5.large", 3, 1, 3, 10)]
    [InlineData("m5.xlarge", 4, 1, 4, 15)]
    [InlineData("m5.4xlarge", 8, 1, 8, 30)]
    [InlineData("m8i.96xlarge", 24, 1, 24, 64)]
    [InlineData("c6in.32xlarge", 16, 2, 8, 50)]
    [InlineData("g6e.48xlarge", 40, 4, 10, 50)]
    [InlineData("p4d.24xlarge", 60, 4, 15, 50)]
    [InlineData("p5.48xlarge", 64, 32, 2, 50)]
    [InlineData("p5en.48xlarge", 64, 16, 4, 50)]
    [InlineData("trn1.32xlarge", 40, 8, 5, 50)]
    [InlineData("trn1n.32xlarge", 80, 16, 5, 50)]
    [InlineData("dl1.24xlarge", 60, 4, 15, 50)]
    [InlineData("c8gn.48xlarge", 24, 2, 12, 64)]
    [InlineData("p6-b200.48xlarge", 32, 8, 4, 50)]
    [InlineData("p6-b300.48xlarge", 68, 17, 4, 50)]
    public void The_table_has_total_and_cards_of_known_types(string type, int total, int cards, int perCard, int addresses)
    {
        var limits = InstanceTypeTable.Types[type].Limits;

        Assert.Equal(total, limits.MaximumEnis);
        Assert.Equal(Enumerable.Repeat(perCard, cards), limits.PerCard);
        Assert.Equal(addresses, limits.Ipv4PerEni);
    }

    [Fact]
    public void Every_line_makes_sense() =>
        Assert.All(
            InstanceTypeTable.Types.Values,
            type =>
            {
                Assert.Matches(@"^[a-z0-9-]+\.[a-z0-9]+$", type.Limits.InstanceType);
                Assert.All(type.Limits.PerCard, card => Assert.InRange(card, 2, 24));
                Assert.InRange(type.Limits.MaximumEnis, 2, type.Limits.PerCard.Sum());
                Assert.InRange(type.Limits.Ipv4PerEni, 2, 64);
            }
        );

    [Fact]
    public void Only_lines_from_general_knowledge_have_to_be_confirmed()
    {
        Assert.True(InstanceTypeTable.Types["m5.xlarge"].IsCertain);
        Assert.False(InstanceTypeTable.Types["m5.2xlarge"].IsCertain);
    }

    [Fact]
    public void A_bad_line_is_named()
    {
        var exception = Assert.Throws<FormatException>(() => InstanceTypeTable.Parse(new StringReader("# ok\nm5.large 3 10")));

        Assert.Contains("m5.large 3 10", exception.Message, StringComparison.Ordinal);
    }
}
