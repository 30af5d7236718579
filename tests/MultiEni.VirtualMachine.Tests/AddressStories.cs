namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// Debian's ipvlan and host-device call the published <c>eni-ipam</c>, and what pods send goes from
/// one ENI to the other only as a VPC carries it. A stand-in answers in place of the ENI manager.
/// </summary>
public sealed class AddressStories(WiredMachine wired) : IClassFixture<WiredMachine>
{
    private const string OnBlue = "\"master\":\"nodeeni-blue\",\"mode\":\"l2\"";
    private const string OnGreen = "\"master\":\"nodeeni-green\",\"mode\":\"l2\"";

    [Fact]
    public async Task Pods_on_two_ENIs_reach_each_other_and_one_with_an_address_that_EC2_does_not_know_reaches_nobody()
    {
        await wired.StartStubAsync(
            """
            {"nodeeni-blue": [{"address": "10.20.1.20/24", "gateway": "10.20.1.1"}, {"address": "10.20.1.99/24", "gateway": "10.20.1.1"}],
             "nodeeni-green": [{"address": "10.20.1.30/24", "gateway": "10.20.1.1"}]}
            """
        );
        await AddAsync("ipvlan", "a", OnBlue);
        await AddAsync("ipvlan", "b", OnGreen);
        Assert.Contains("inet 10.20.1.20/24", await wired.RunAsync("ip -n a -o -4 address show dev net1"), StringComparison.Ordinal);
        Assert.Contains("via 10.20.1.1 dev net1", await wired.RunAsync("ip -n b route show default"), StringComparison.Ordinal);

        Assert.True(await wired.PingAsync("a", "10.20.1.30"), Seen());
        Assert.Contains("10.20.1.20 > 10.20.1.30", wired.Wire.Carried);
        Assert.Contains("10.20.1.30 > 10.20.1.20", wired.Wire.Carried);

        await AddAsync("ipvlan", "c", OnBlue);
        Assert.False(await wired.PingAsync("c", "10.20.1.30"));
        Assert.Contains(wired.Wire.Dropped, why => why.StartsWith("10.20.1.99 is not assigned to 02:00:00:00:05:05", StringComparison.Ordinal));
        Assert.DoesNotContain(wired.Wire.Carried, packet => packet.Contains("10.20.1.99", StringComparison.Ordinal));

        // No address is left, which the runtime is told as the ENI manager says it.
        var refused = await wired.CniAsync("ADD", "ipvlan", "d", OnBlue);
        Assert.NotEqual(0, refused.Status);
        Assert.Contains("No address of nodeeni-blue is free.", refused.Output, StringComparison.Ordinal);

        foreach (var (pod, device) in ((string, string)[])[("a", OnBlue), ("b", OnGreen), ("c", OnBlue)])
        {
            await SucceedsAsync("CHECK", "ipvlan", pod, device);
            await SucceedsAsync("DEL", "ipvlan", pod, device);
            Assert.NotEqual(0, (await wired.TryAsync($"ip -n {pod} link show net1")).Status);
            await wired.RunAsync($"ip netns del {pod}");
        }
    }

    [Fact]
    public async Task A_device_that_a_pod_has_as_a_whole_has_the_primary_address_of_its_ENI()
    {
        await wired.StartStubAsync(
            """
            {"nodeeni-blue": [{"address": "10.20.1.20/24", "gateway": "10.20.1.1"}], "02:00:00:00:06:06": [{"address": "10.20.1.11/24"}]}
            """
        );
        const string whole = "\"hwaddr\":\"02:00:00:00:06:06\"";
        await AddAsync("ipvlan", "e", OnBlue);
        await AddAsync("host-device", "f", whole);
        Assert.True(await wired.PingAsync("f", "10.20.1.20"), Seen());
        await SucceedsAsync("DEL", "host-device", "f", whole);
        await SucceedsAsync("DEL", "ipvlan", "e", OnBlue);
        Assert.Contains("02:00:00:00:06:06", await wired.RunAsync("ip link"), StringComparison.Ordinal);
        // It comes back down, with its alternative name; the ENI manager brings it up.
        await wired.RunAsync("ip netns del e; ip netns del f; ip link set nodeeni-green up");
    }

    private Task AddAsync(string type, string pod, string device) => SucceedsAsync("ADD", type, pod, device);

    private async Task SucceedsAsync(string command, string type, string pod, string device)
    {
        var result = await wired.CniAsync(command, type, pod, device);
        Assert.True(result.Status == 0, $"{command} {type} {pod}: {result.Output}");
    }

    private string Seen() =>
        $"carried: {string.Join("; ", wired.Wire.Carried.Distinct())}\ndropped: {string.Join("; ", wired.Wire.Dropped.Distinct())}";
}
