using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>A controller runs for months while instances, subnets and names come and go: what it remembers of them is bounded.</summary>
public sealed class BoundedMemoryTests
{
    [Fact]
    public async Task Instances_that_came_and_went_for_weeks_are_forgotten()
    {
        await using var world = await Ec2World.StartAsync();
        using var instances = new InstanceStates(world.Client, world.Time);
        for (var hour = 0; hour < 3 * 7 * 24; hour++)
        {
            var asked = instances.IsGoneAsync($"i-{hour:x8}", Ec2World.Ct);
            world.Time.Advance(TimeSpan.FromHours(1));
            Assert.True(await asked);
        }

        Assert.InRange(instances.Remembered, 1, 200);
    }

    [Fact]
    public void Subnets_that_were_full_once_are_forgotten()
    {
        var time = new FakeTimeProvider();
        var cooldowns = new CreateCooldowns(time);
        for (var hour = 0; hour < 3 * 7 * 24; hour++)
        {
            cooldowns.PauseSubnet($"subnet-{hour}", onlyPrefixes: hour % 2 == 0, TimeSpan.FromSeconds(150), Reasons.SubnetFull, "m");
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.InRange(cooldowns.Remembered, 1, 200);
    }

    [Fact]
    public void A_subnet_without_blocks_is_paused_for_ENIs_with_prefixes_alone_and_one_without_addresses_for_all()
    {
        var time = new FakeTimeProvider();
        var cooldowns = new CreateCooldowns(time);
        var full = new List<string>();
        using var subnets = cooldowns.Subnets.Subscribe(full.Add);
        var plain = A.Attachment().Spec!;
        var withPrefix = A.Attachment(spec: s => s.Ipv4PrefixCount = 1).Spec!;

        cooldowns.PauseSubnet(plain.SubnetId, onlyPrefixes: true, TimeSpan.FromMinutes(1), Reasons.SubnetFull, "no block");
        Assert.Equal((null, "no block"), (cooldowns.For(plain)?.Message, cooldowns.For(withPrefix)?.Message));

        cooldowns.PauseSubnet(plain.SubnetId, onlyPrefixes: false, TimeSpan.FromMinutes(1), Reasons.SubnetFull, "no address");
        Assert.Equal(("no address", "no address"), (cooldowns.For(plain)?.Message, cooldowns.For(withPrefix)?.Message));
        Assert.Equal(2, full.Count);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(cooldowns.For(withPrefix));
    }
}
