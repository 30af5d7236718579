using static MultiEni.Simulator.Tests.Nodes.TestNode;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class NodeFaultTests
{
    [Fact]
    public async Task Scripted_errors_are_returned_as_often_as_asked_and_nothing_happens()
    {
        await using var node = await StartAsync();
        node.Host.Faults.FailWrites("*/ena/unbind", 30, times: 2);

        Assert.Equal(30, await node.WriteAsync(EnaUnbind, Second));
        Assert.Equal(30, await node.WriteAsync(EnaUnbind, Second));
        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.Equal(0, await node.WriteAsync(EnaUnbind, Second));
        Assert.Null(await node.DriverAsync(Second));
    }

    [Fact]
    public async Task A_write_can_claim_success_without_effect()
    {
        await using var node = await StartAsync();
        node.Host.Faults.FailWrites("*/driver_override", error: 0);

        Assert.Equal(0, await node.WriteAsync(DeviceFile(Second, "driver_override"), "vfio-pci"));

        Assert.Equal("(null)", await node.TextAsync(DeviceFile(Second, "driver_override")));
    }

    [Fact]
    public async Task A_blocked_write_goes_on_when_it_is_freed()
    {
        await using var node = await StartAsync();
        var block = node.Host.Faults.BlockWrite(EnaUnbind);
        var unbind = node.WriteAsync(EnaUnbind, Second);
        await node.AssertBlockedAsync(unbind);
        Assert.Equal("ena", await node.DriverAsync(Second));

        block.Dispose();

        Assert.Equal(0, await unbind);
        Assert.Null(await node.DriverAsync(Second));
    }

    [Fact]
    public async Task A_delayed_write_takes_effect_after_its_delay()
    {
        await using var node = await StartAsync();
        node.Host.Faults.DelayWrites(EnaUnbind, TimeSpan.FromSeconds(3));
        var unbind = node.WriteAsync(EnaUnbind, Second);
        await node.AssertBlockedAsync(unbind);

        await DriverBindingTests.EventuallyAsync(() =>
        {
            node.Time.Advance(TimeSpan.FromSeconds(3));
            return Task.FromResult(unbind.IsCompleted);
        });

        Assert.Equal(0, await unbind);
    }

    [Fact]
    public async Task A_probe_can_fail_and_be_deferred()
    {
        await using var node = await StartAsync();
        await node.WriteAsync(EnaUnbind, Second);
        node.Host.Faults.FailProbes("ena", error: 11);

        Assert.Equal(11, await node.WriteAsync(EnaBind, Second));
        Assert.Null(await node.DriverAsync(Second));
        Assert.Equal(0, await node.WriteAsync(EnaBind, Second));
    }

    [Fact]
    public async Task An_interface_can_stay_away_for_good()
    {
        await using var node = await StartAsync();
        node.Host.Faults.KeepInterfaceAway(Second);
        await node.WriteAsync(EnaUnbind, Second);

        Assert.Equal(0, await node.WriteAsync(EnaBind, Second));

        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.Empty(await node.ListAsync(DeviceFile(Second, "net")));
    }

    [Fact]
    public async Task A_link_change_can_fail()
    {
        await using var node = await StartAsync();
        node.Host.Faults.FailLinkChanges(error: 16);

        Assert.Equal(16, await node.ChangeLinkAsync(2, """{"up":true}"""));
        Assert.Equal(0, await node.ChangeLinkAsync(2, """{"up":true}"""));
    }
}
