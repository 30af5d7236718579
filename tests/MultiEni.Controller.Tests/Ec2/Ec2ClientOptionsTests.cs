using MultiEni.Controller.Ec2;
using MultiEni.Operator.Configuration;

namespace MultiEni.Controller.Tests.Ec2;

public sealed class Ec2ClientOptionsTests
{
    [Fact]
    public void Region_and_endpoint_come_from_the_environment()
    {
        var options = Read(("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:1234"));

        Assert.Equal("eu-central-1", options.Region);
        Assert.Equal(new Uri("http://127.0.0.1:1234"), options.Endpoint);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Timeout);
    }

    [Fact]
    public void The_older_variable_of_the_Region_counts_too() => Assert.Equal("eu-west-1", Read(("AWS_DEFAULT_REGION", "eu-west-1")).Region);

    [Fact]
    public void Without_a_variable_the_Region_stays_open() => Assert.Equal("", Read().Region);

    [Fact]
    public void An_endpoint_that_is_no_URL_stops_the_start_with_name_and_value()
    {
        var exception = Assert.Throws<SettingsException>(() => Read(("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL_EC2", "localhost")));

        Assert.Contains("AWS_ENDPOINT_URL_EC2 is 'localhost'", exception.Message, StringComparison.Ordinal);
    }

    private static Ec2ClientOptions Read(params (string Name, string Value)[] variables) =>
        Ec2ClientOptions.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
