using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class SlotTagsTests
{
    [Theory]
    [Trait("weakness", "W27")]
    [InlineData("s", "nodeeni-multus-node-1-s")]
    [InlineData("subnet-a1", "nodeeni-multus-node-1-ubnet-a1")]
    [InlineData("subnet-0123456789abcdef0", "nodeeni-multus-node-1-9abcdef0")]
    public void A_subnet_ID_of_any_length_makes_a_name(string subnet, string name) =>
        Assert.Equal(name, SlotTags.For("c", "slot", A.Attachment(spec: s => s.SubnetId = subnet).Spec!, 1)["Name"]);

    [Fact]
    public void Tags_of_the_user_never_override_ours()
    {
        var spec = A.Attachment(spec: s =>
            s.Tags = new()
            {
                [EniTags.Slot] = "x",
                [EniTags.NoManage] = "false",
                ["team"] = "blue",
            }
        ).Spec!;

        var tags = SlotTags.For("c", "slot", spec, 1);

        Assert.Equal(("slot", "true", "blue"), (tags[EniTags.Slot], tags[EniTags.NoManage], tags["team"]));
    }

    [Fact]
    public void Values_are_cut_to_what_EC2_takes()
    {
        var tags = SlotTags.For("c", "slot", A.Attachment(spec: s => s.NodeName = new string('n', 253)).Spec!, 1);

        Assert.All(tags.Values, value => Assert.InRange(value.Length, 0, 256));
    }
}
