using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

/// <summary>
/// Every refusal has a code of CNI, and names the field, its value and the remedy.
/// </summary>
public sealed class MalformedInputTests
{
    private const int Decode = IpamErrorCodes.Undecodable;
    private const int Variables = IpamErrorCodes.InvalidEnvironment;
    private const int Invalid = IpamErrorCodes.InvalidConfiguration;

    [Theory]
    [InlineData("", "no network configuration on standard input")]
    [InlineData("{\n\"a\": ]", "line 2, byte 6")]
    [InlineData("[1]", "its whole content = [1]")]
    public void Text_that_is_no_object(string input, string expected) => Refused(new Call("ADD", "/none").Run(input: input), Decode, expected);

    [Theory]
    [InlineData("name", "7", Decode, "name = 7", "must be a string")]
    [InlineData("cniVersion", "1", Decode, "cniVersion = 1", "must be a string")]
    [InlineData("cniVersion", "\"0.2.0\"", IpamErrorCodes.IncompatibleVersion, "'0.2.0'", "0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    [InlineData("cniVersion", "null", IpamErrorCodes.IncompatibleVersion, "has no cniVersion", "1.1.0")]
    [InlineData("master", "null", Invalid, "'blue'", "ipam.nodeENI")]
    [InlineData("ipam", "[]", Decode, "ipam = []", "must be an object")]
    [InlineData("ipam", """{"gateway":"yes"}""", Decode, "ipam.gateway = \"yes\"", "true or false")]
    [InlineData("ipam", """{"routes":{}}""", Decode, "ipam.routes = {}", "must be a list")]
    [InlineData("ipam", """{"routes":["0.0.0.0/0"]}""", Decode, "ipam.routes[0] = \"0.0.0.0/0\"", "must be an object")]
    [InlineData("ipam", """{"routes":[{"gw":"10.0.0.1"}]}""", Invalid, "ipam.routes[0].dst is missing", "CIDR")]
    [InlineData("ipam", """{"routes":[{"dst":"10.0.0.1"}]}""", Invalid, "ipam.routes[0].dst is '10.0.0.1'", "10.0.0.0/8")]
    [InlineData("ipam", """{"routes":[{"dst":"10.0.0.0/33"}]}""", Invalid, "'10.0.0.0/33'", "CIDR")]
    [InlineData("ipam", """{"routes":[{"dst":"10.0.0.0/8","gw":"fe80::1"}]}""", Invalid, "ipam.routes[0].gw is 'fe80::1'", "family of 10.0.0.0/8")]
    [InlineData("ipam", """{"routes":[{"dst":"10.0.0.0/8","mtu":"big"}]}""", Decode, "ipam.routes[0].mtu = \"big\"", "whole number")]
    [InlineData("ipam", """{"addresses":["10.1"]}""", Invalid, "ipam.addresses[0] is '10.1'", "10.0.1.20/24")]
    [InlineData("ipam", """{"addresses":[{"address":"10.0.0.1/99"}]}""", Invalid, "ipam.addresses[0].address is '10.0.0.1/99'", "10.0.1.20/24")]
    [InlineData("ipam", """{"addresses":[7]}""", Decode, "ipam.addresses[0] = 7", "must be a string")]
    [InlineData("ipam", """{"socket":"run/ipam.sock"}""", Invalid, "ipam.socket is 'run/ipam.sock'", "absolute path")]
    [InlineData("ipam", """{"dns":"10.0.0.2"}""", Decode, "ipam.dns", "must be an object")]
    [InlineData("runtimeConfig", """{"ips":"10.0.1.9"}""", Decode, "runtimeConfig.ips = \"10.0.1.9\"", "must be a list")]
    [InlineData("runtimeConfig", """{"ips":["web"]}""", Invalid, "runtimeConfig.ips[0] is 'web'", "10.0.1.20")]
    [InlineData("args", """{"cni":{"ips":["x"]}}""", Invalid, "args.cni.ips[0] is 'x'", "10.0.1.20")]
    public void A_member_of_the_configuration(string member, string value, int code, string what, string remedy) =>
        Refused(new Call("ADD", "/none").With(member, value).Run(), code, what, remedy);

    [Theory]
    [InlineData("CNI_COMMAND", "", "CNI_COMMAND is not set", "ADD, DEL")]
    [InlineData("CNI_COMMAND", "UPDATE", "'UPDATE'", "ADD, DEL")]
    [InlineData("CNI_CONTAINERID", "", "CNI_CONTAINERID is not set", "letters")]
    [InlineData("CNI_CONTAINERID", "..", "'..'", "letters")]
    [InlineData("CNI_CONTAINERID", "a/../b", "'a/../b'", "letters")]
    [InlineData("CNI_CONTAINERID", "a\nb", "'a\nb'", "letters")]
    [InlineData("CNI_IFNAME", "a/b", "'a/b'", "15 characters")]
    [InlineData("CNI_IFNAME", "..", "'..'", "15 characters")]
    [InlineData("CNI_IFNAME", "net1net1net1net1", "'net1net1net1net1'", "15 characters")]
    [InlineData("CNI_NETNS", "", "CNI_NETNS is not set", "absolute path")]
    [InlineData("CNI_NETNS", "pod", "'pod'", "absolute path")]
    [InlineData("CNI_ARGS", "IP", "'IP'", "KEY=VALUE")]
    public void A_variable(string variable, string value, string what, string remedy) =>
        Refused(new Call("ADD", "/none").Set(variable, value).Run(), Variables, what, remedy);

    [Fact]
    public void An_address_in_the_arguments_that_is_none() =>
        Refused(new Call("ADD", "/none").Set("CNI_ARGS", "IP=10.0.1.x").Run(), Invalid, "IP in CNI_ARGS is '10.0.1.x'", "10.0.1.20");

    [Fact]
    public void A_container_with_too_long_a_name() =>
        Refused(new Call("ADD", "/none").Set("CNI_CONTAINERID", new string('a', 201)).Run(), Variables, "aaa", "at most 200");

    private static void Refused(PluginOutcome outcome, int expected, params string[] texts)
    {
        var (code, text) = outcome.Error();
        Assert.Equal(expected, code);
        Assert.All(texts, part => Assert.Contains(part, text, StringComparison.Ordinal));
    }
}
