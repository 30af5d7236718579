using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Simulated;

namespace MultiEni.Manager.Tests.Host;

public sealed class HostChoiceTests
{
    [Theory]
    [InlineData("kernel")]
    [InlineData("kernel:/host")]
    [InlineData("http://127.0.0.1:8080/hosts/node-1")]
    [InlineData("http://[::1]:8080/hosts/node-1")]
    public void The_kernel_and_loopback_addresses_are_hosts(string text) => Assert.Equal(text, HostChoice.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("kernel:host")]
    [InlineData("http://10.0.0.1/hosts/node-1")]
    [InlineData("http://localhost.example.com/hosts/node-1")]
    [InlineData("http://localhost/hosts/node-1")]
    [InlineData("https://127.0.0.1/hosts/node-1")]
    [InlineData("file:///sys")]
    public void Anything_else_is_refused(string text) =>
        Assert.Contains("127.0.0.1", Assert.Throws<FormatException>(() => HostChoice.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_client_of_simulated_hosts_refuses_other_machines_itself() =>
        Assert.Throws<ArgumentException>(() => SimulatedHostClient.Open(new Uri("http://10.0.0.1/hosts/a")));
}
