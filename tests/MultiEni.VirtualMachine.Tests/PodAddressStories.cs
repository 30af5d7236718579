namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// Pods on a real kernel: Debian's plugins call the published <c>eni-ipam</c>, which asks the
/// published ENI manager, and simulated EC2 decides which packets arrive.
/// </summary>
public sealed class PodAddressStories(WiredNode wired) : IClassFixture<WiredNode>
{
    // The ENIs of NodeENI vm, by device index.
    private const string OnBlue = "\"master\":\"nodeeni-vm\",\"mode\":\"l2\"";
    private const string OnGreen = "\"master\":\"nodeeni-vm-2\",\"mode\":\"l2\"";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_get_addresses_that_work_from_the_first_packet_and_an_address_that_moved_away_works_no_more()
    {
        await wired.SucceedsAsync("ADD", "a", OnBlue);
        await wired.SucceedsAsync("ADD", "b", OnGreen);
        var (a, b) = (await wired.AddressAsync("a"), await wired.AddressAsync("b"));
        Assert.Contains(a, wired.Ec2Addresses("blue").Skip(1));
        Assert.Contains(b, wired.Ec2Addresses("green").Skip(1));
        Assert.True(await wired.PingAsync("a", b), Seen());
        Assert.Contains($"{a} > {b}", wired.Wire.Carried);
        await wired.SucceedsAsync("CHECK", "a", OnBlue);

        // A second pod on the ENI has the other address, and a third one none.
        await wired.SucceedsAsync("ADD", "c", OnBlue);
        Assert.NotEqual(a, await wired.AddressAsync("c"));
        await wired.Node.AwaitAsync("blue", found => found.Status!.Device!.Addresses is { Used.Count: 2, Free: 0 }, "two addresses are used", Stop);

        // A killed agent knows what it gave.
        await wired.RunAsync("pkill -KILL eni-manager; true");
        await wired.Node.StartManagerAsync(Stop);
        await wired.SucceedsAsync("CHECK", "c", OnBlue);

        // The release waits for the pods.
        wired.Node.Cluster.Delete("blue");
        await wired.Node.AwaitAsync(
            "blue",
            found => found.Status!.Conditions!.Exists(condition => condition.Message.Contains("default/a", StringComparison.Ordinal)),
            "waits for pods",
            Stop
        );

        // EC2 moved a's address away: nothing of the pod's arrives any more.
        await wired.MoveAsync(a, "green");
        Assert.False(await wired.PingAsync("a", b));
        Assert.Contains(wired.Wire.Dropped, why => why.StartsWith($"{a} is not assigned to", StringComparison.Ordinal));
        Assert.NotEqual(0, (await wired.CniAsync("CHECK", "a", OnBlue)).Status);

        // Without the agent a pod still ends, and its note is heeded at the next start.
        await wired.Node.StopManagerAsync(Stop);
        await wired.SucceedsAsync("DEL", "a", OnBlue);
        await wired.Node.StartManagerAsync(Stop);
        await wired.SucceedsAsync("DEL", "c", OnBlue);
        await wired.SucceedsAsync("DEL", "c", OnBlue);
        await wired.Node.AwaitAsync(
            "blue",
            found => found.Metadata.Finalizers?.Contains(MultiEni.Api.Names.DeviceFinalizer) != true,
            "let go when the last pod has ended",
            Stop
        );

        await wired.SucceedsAsync("DEL", "b", OnGreen);
        await wired.RunAsync("ip netns del a; ip netns del b; ip netns del c");
    }

    private string Seen() =>
        $"carried: {string.Join("; ", wired.Wire.Carried.Distinct())}\ndropped: {string.Join("; ", wired.Wire.Dropped.Distinct())}";
}
