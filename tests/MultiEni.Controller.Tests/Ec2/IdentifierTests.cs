using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Ec2;

public sealed class IdentifierTests
{
    [Fact]
    public void Each_identifier_reads_its_own_form_and_gives_it_back()
    {
        Assert.Equal("eni-0123456789abcdef0", EniId.Parse("eni-0123456789abcdef0").ToString());
        Assert.Equal("i-0123abcd", InstanceId.Parse("i-0123abcd").ToString());
        Assert.Equal("subnet-0123abcd", SubnetId.Parse("subnet-0123abcd").ToString());
        Assert.Equal("eni-attach-0123abcd", AttachmentId.Parse("eni-attach-0123abcd").ToString());
        Assert.Equal("", default(EniId).ToString());
        Assert.Equal(EniId.Parse("eni-1"), EniId.Parse("eni-1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("eni-")]
    [InlineData("eni-ABC")]
    [InlineData("eni-attach-0123abcd")]
    [InlineData("i-0123abcd")]
    [InlineData("eni-0123 abcd")]
    public void Anything_else_is_no_ENI(string? text)
    {
        Assert.False(EniId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => EniId.Parse(text!));
    }
}
