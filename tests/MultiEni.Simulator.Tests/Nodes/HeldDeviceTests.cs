using static MultiEni.Simulator.Tests.Nodes.TestNode;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class HeldDeviceTests
{
    [Fact]
    public async Task An_unbind_of_an_open_device_returns_only_when_its_holder_lets_go()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        var holder = node.Host.HoldOpen(Second);
        var unbind = node.WriteAsync(VfioUnbind, Second);

        await node.AssertBlockedAsync(unbind);
        Assert.Null(await node.LinkAsync(DeviceFile(Second, "driver")));
        Assert.Contains("DRIVER=vfio-pci", await node.TextAsync(DeviceFile(Second, "uevent")), StringComparison.Ordinal);

        holder.Dispose();
        Assert.Equal(0, await unbind);
        Assert.DoesNotContain("DRIVER=", await node.TextAsync(DeviceFile(Second, "uevent")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_an_unbind_waits_every_other_use_of_the_device_lock_waits_too()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        var holder = node.Host.HoldOpen(Second);
        Task<int> unbind = node.WriteAsync(VfioUnbind, Second);
        await DriverBindingTests.EventuallyAsync(async () => await node.DriverAsync(Second) is null);
        var clear = node.WriteAsync(DeviceFile(Second, "driver_override"), "\n");
        var read = node.TextAsync(DeviceFile(Second, "driver_override"));
        var again = node.WriteAsync(VfioUnbind, Second);
        await node.AssertBlockedAsync(Task.WhenAny(clear, read, again));

        holder.Dispose();

        var errors = await Task.WhenAll(unbind, clear, again);
        Assert.Equal([0, 0, 19], errors);
        Assert.NotNull(await read);
    }

    [Fact]
    public async Task An_application_that_listens_to_the_kernel_lets_go_at_once()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        using var holder = node.Host.HoldOpen(Second, letsGoWhenAsked: true);

        Assert.Equal(0, await node.WriteAsync(VfioUnbind, Second));
    }

    [Fact]
    public async Task The_open_file_of_a_holder_has_the_number_of_the_device()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        using var holder = node.Host.HoldOpen(Second);

        var number = await node.TextAsync("/sys/class/vfio/noiommu-0/dev");
        var process = node.Host.List("/proc").First(name => char.IsAsciiDigit(name[0]));
        Assert.NotNull(number);
        Assert.Equal(number, node.Host.DeviceNumber("/dev/vfio/noiommu-0"));
        Assert.Equal(number, node.Host.DeviceNumber($"/proc/{process}/fd/3"));
        Assert.Null(node.Host.DeviceNumber($"/proc/{process}/comm"));
    }

    [Fact]
    public async Task A_group_has_one_opener()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        Assert.Equal(0, await node.ProbeAsync("/dev/vfio/noiommu-0"));
        using (node.Host.HoldOpen(Second))
        {
            Assert.Equal(16, await node.ProbeAsync("/dev/vfio/noiommu-0"));
            Assert.Throws<IOException>(() => node.Host.HoldOpen(Second));
        }

        Assert.Equal(0, await node.ProbeAsync("/dev/vfio/noiommu-0"));
        Assert.Equal(2, await node.ProbeAsync("/dev/vfio/noiommu-7"));
    }

    [Fact]
    public async Task A_client_that_gives_up_does_not_undo_the_unbind()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        var holder = node.Host.HoldOpen(Second);
        using (var http = new HttpClient())
        {
            using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            using var body = new StringContent(Second);
            var unbind = http.PostAsync(node.Uri($"files/write?path={VfioUnbind}"), body, impatience.Token);
            await DriverBindingTests.EventuallyAsync(async () => await node.DriverAsync(Second) is null);
            await impatience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unbind);
        }

        holder.Dispose();

        Assert.DoesNotContain("DRIVER=", await node.TextAsync(DeviceFile(Second, "uevent")), StringComparison.Ordinal);
        Assert.Null(await node.LinkAsync(DeviceFile(Second, "driver")));
    }
}
