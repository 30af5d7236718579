using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Ec2;

public sealed class CredentialSourceTests
{
    [Fact]
    public async Task A_key_given_in_code_is_said_to_be_one_without_showing_it()
    {
        var options = new Ec2ClientOptions { Region = "us-east-1", AccessKey = new("AKIDEXAMPLE", "verysecret") };

        Assert.Equal("access key given in code", await CredentialSource.DescribeAsync(options, TestContext.Current.CancellationToken));
        Assert.DoesNotContain("verysecret", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AssumeRoleWithWebIdentityCredentials", "service account")]
    [InlineData("GenericContainerCredentials", "Pod Identity")]
    [InlineData("DefaultInstanceProfileAWSCredentials", "instance profile of the node")]
    public void Every_kind_of_credentials_has_a_description(string kind, string words) =>
        Assert.Contains(words, CredentialSource.InWords(kind), StringComparison.Ordinal);
}
