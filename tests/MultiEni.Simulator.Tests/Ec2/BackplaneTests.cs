using System.Collections.Concurrent;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class BackplaneTests
{
    [Fact]
    public async Task A_device_is_plugged_after_the_attach_latency_and_attached_when_it_is_in()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var id = await ec2.CreateAsync();
        var mac = ec2.World.FindNetworkInterface(id)!.MacAddress;
        await ec2.AttachAsync(id);
        Assert.DoesNotContain($"plug {mac}", node.Log);

        ec2.Time.Advance(TimeSpan.FromSeconds(3));
        var plugged = node.Plugged[mac];
        Assert.Equal((ec2.InstanceId, id, 1, 0), (plugged.InstanceId, plugged.EniId, plugged.DeviceIndex, plugged.NetworkCardIndex));
        Assert.Equal(ec2.World.FindNetworkInterface(id)!.PrivateIps, plugged.PrivateIps);
        Assert.Equal(AttachmentStatus.Attaching, ec2.World.FindNetworkInterface(id)!.Attachment!.Status);

        node.LetGo($"plug {mac}");
        await Ec2Fixture.EventuallyAsync(() => ec2.World.FindNetworkInterface(id)!.Attachment!.Status == AttachmentStatus.Attached);
    }

    [Fact]
    public async Task A_device_that_is_held_keeps_its_attachment_detaching()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var (id, mac, attachmentId) = await AttachedAsync(ec2, node);
        await ec2.DetachAsync(attachmentId);
        ec2.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("detaching", (await ec2.DescribeAsync(id)).Attachment.Status.Value);
        Assert.Contains($"unplug {mac}", node.Log);

        node.LetGo($"unplug {mac}");
        await Ec2Fixture.EventuallyAsync(() => ec2.World.FindNetworkInterface(id)!.Attachment is null);
    }

    [Fact]
    public async Task A_forced_detach_does_not_wait_for_the_device()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var (id, mac, attachmentId) = await AttachedAsync(ec2, node);
        await ec2.DetachAsync(attachmentId);
        ec2.Time.Advance(TimeSpan.FromMinutes(1));
        await ec2.DetachAsync(attachmentId, force: true);
        ec2.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(ec2.World.FindNetworkInterface(id)!.Attachment);
        Assert.Equal(1, node.Log.Count(entry => entry == $"unplug {mac}"));
    }

    [Fact]
    public async Task An_attachment_that_is_given_up_before_its_device_appeared_touches_no_node()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var id = await ec2.CreateAsync();
        await ec2.DetachAsync(await ec2.AttachAsync(id));
        ec2.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(ec2.World.FindNetworkInterface(id)!.Attachment);
        var mac = ec2.World.FindNetworkInterface(id)!.MacAddress;
        Assert.DoesNotContain(node.Log, entry => entry.Contains(mac, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_detach_during_a_slow_plug_unplugs_after_it()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var id = await ec2.CreateAsync();
        var mac = ec2.World.FindNetworkInterface(id)!.MacAddress;
        var attachmentId = await ec2.AttachAsync(id);
        ec2.Time.Advance(TimeSpan.FromSeconds(3));
        await ec2.DetachAsync(attachmentId);
        ec2.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.DoesNotContain($"unplug {mac}", node.Log);

        node.LetGo($"plug {mac}");
        await Ec2Fixture.EventuallyAsync(() => node.Log.Contains($"unplug {mac}"));
        node.LetGo($"unplug {mac}");
        await Ec2Fixture.EventuallyAsync(() => ec2.World.FindNetworkInterface(id)!.Attachment is null);
    }

    [Fact]
    public async Task The_primary_interface_is_plugged_when_its_instance_boots()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var primary = ec2.World.NetworkInterfacesOf(ec2.InstanceId).Single();
        Assert.Equal((0, ec2.InstanceId), (node.Plugged[primary.MacAddress].DeviceIndex, node.Plugged[primary.MacAddress].InstanceId));
    }

    [Fact]
    public async Task A_termination_tells_the_node_once_and_unplugs_nothing()
    {
        var node = new SlowNode();
        await using var ec2 = await StartAsync(node);
        var (id, mac, _) = await AttachedAsync(ec2, node);
        ec2.World.Terminate(ec2.InstanceId);
        Assert.NotNull(ec2.World.FindNetworkInterface(id)!.Attachment);
        node.LetGo($"terminated {ec2.InstanceId}");
        await Ec2Fixture.EventuallyAsync(() => ec2.World.FindNetworkInterface(id)!.Attachment is null);
        Assert.Equal(1, node.Log.Count(entry => entry == $"terminated {ec2.InstanceId}"));
        Assert.DoesNotContain($"unplug {mac}", node.Log);
    }

    [Fact]
    public async Task A_backplane_that_throws_is_remembered_and_the_attachment_hangs()
    {
        var node = new SlowNode { Broken = true };
        await using var ec2 = await StartAsync(node);
        var id = await ec2.CreateAsync();
        await ec2.AttachAsync(id);
        ec2.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("attaching", (await ec2.DescribeAsync(id)).Attachment.Status.Value);
        Assert.All(ec2.World.BackplaneErrors, error => Assert.IsType<IOException>(error));
        Assert.Equal(2, ec2.World.BackplaneErrors.Count);
    }

    private static Task<Ec2Fixture> StartAsync(SlowNode node) =>
        Ec2Fixture.StartAsync(options =>
            options with
            {
                Backplane = node,
                Latencies = new Ec2Latencies { Attach = TimeSpan.FromSeconds(3), Detach = TimeSpan.FromSeconds(2) },
            }
        );

    private static async Task<(string Id, string Mac, string AttachmentId)> AttachedAsync(Ec2Fixture ec2, SlowNode node)
    {
        var id = await ec2.CreateAsync();
        var mac = ec2.World.FindNetworkInterface(id)!.MacAddress;
        node.LetGo($"plug {mac}");
        var attachmentId = await ec2.AttachAsync(id);
        ec2.Time.Advance(TimeSpan.FromSeconds(3));
        await Ec2Fixture.EventuallyAsync(() => ec2.World.FindNetworkInterface(id)!.Attachment!.Status == AttachmentStatus.Attached);
        return (id, mac, attachmentId);
    }

    /// <summary>Holds every request until it is let go by name.</summary>
    private sealed class SlowNode : IInstanceBackplane
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

        public ConcurrentQueue<string> Log { get; } = new();

        public ConcurrentDictionary<string, PluggedEni> Plugged { get; } = new();

        public bool Broken { get; init; }

        public void LetGo(string request) => Gate(request).TrySetResult();

        public Task PlugAsync(PluggedEni eni, CancellationToken ct)
        {
            Plugged[eni.MacAddress] = eni;
            return Broken ? throw new IOException("No such bus.") : WaitAsync($"plug {eni.MacAddress}", ct);
        }

        public Task UnplugAsync(string instanceId, string macAddress, CancellationToken ct) => WaitAsync($"unplug {macAddress}", ct);

        public Task InstanceTerminatedAsync(string instanceId, CancellationToken ct) => WaitAsync($"terminated {instanceId}", ct);

        private Task WaitAsync(string request, CancellationToken ct)
        {
            Log.Enqueue(request);
            return Gate(request).Task.WaitAsync(ct);
        }

        private TaskCompletionSource Gate(string request) => _gates.GetOrAdd(request, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
