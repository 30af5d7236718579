using MultiEni.Api.EniAttachments;

namespace MultiEni.Api.Tests;

public sealed class LinkAliasesTests
{
    private static EniAttachment Attachment(string name, string nodeEni, int index, int card = 0) =>
        new()
        {
            Metadata = new() { Name = name },
            Spec = new EniAttachmentSpec
            {
                NodeEniRef = new NodeEniReference { Name = nodeEni },
                DeviceIndex = 9,
            },
            Status = new EniAttachmentStatus
            {
                Network = new NetworkStatus { DeviceIndex = index, NetworkCardIndex = card },
            },
        };

    [Fact]
    public void The_ENIs_of_a_NodeENI_are_numbered_by_device_index_whatever_the_order()
    {
        EniAttachment[] all =
        [
            Attachment("c", "data", 3),
            Attachment("a", "data", 2),
            Attachment("b", "data", 1, card: 1),
            Attachment("x", "other", 4),
        ];
        foreach (var order in new[] { all, [.. all.Reverse()] })
        {
            var names = LinkAliases.Of(order);
            Assert.Equal("nodeeni-data", names["a"]);
            Assert.Equal("nodeeni-data-2", names["c"]);
            Assert.Equal("nodeeni-data-3", names["b"]);
            Assert.Equal("nodeeni-other", names["x"]);
        }
    }

    [Fact]
    public void The_first_name_of_a_NodeENI_is_never_the_second_one_of_another()
    {
        var names = LinkAliases.Of([
            Attachment("a", "data", 1),
            Attachment("b", "data", 2),
            Attachment("c", "data-2", 3),
            Attachment("d", "data-2", 4),
        ]);
        Assert.Equal("nodeeni-data-2", names["c"]);
        Assert.Equal("nodeeni-data-3", names["b"]);
        Assert.Equal(4, names.Values.Distinct().Count());
    }

    [Theory]
    [InlineData(119)]
    [InlineData(253)]
    public void A_name_fits_a_link_and_is_a_hash_where_it_would_not(int length)
    {
        var nodeEni = new string('n', length);
        var first = LinkAliases.First(nodeEni);
        var second = LinkAliases.Of([Attachment("a", nodeEni, 1), Attachment("b", nodeEni, 2)])["b"];
        Assert.Equal(length == 119 ? $"nodeeni-{nodeEni}" : $"nodeeni-{Names.LabelValue(nodeEni)}", first);
        Assert.All([first, second], name => Assert.InRange(name.Length, 1, LinkAliases.MaximumLength));
        Assert.EndsWith("-2", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_EC2_has_chosen_the_specification_tells_the_index() =>
        Assert.Equal(
            "nodeeni-data",
            LinkAliases.Of([
                new EniAttachment
                {
                    Metadata = new() { Name = "a" },
                    Spec = new EniAttachmentSpec
                    {
                        NodeEniRef = new NodeEniReference { Name = "data" },
                        DeviceIndex = 1,
                    },
                },
            ])["a"]
        );
}
