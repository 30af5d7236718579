using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// A controller runs for months while instances, subnets and names come and go: what it remembers
/// of them is bounded.
/// </summary>
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
            cooldowns.Start(hour % 2 == 0 ? NoBlock : NoAddress, $"subnet-{hour}");
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.InRange(cooldowns.Remembered, 1, 200);
    }

    private static Ec2Failure NoBlock => Failure("InsufficientCidrBlocks");

    private static Ec2Failure NoAddress => Failure("InsufficientFreeAddressesInSubnet");

    private static Ec2Failure Failure(string code) => FailureTable.Classify(Ec2Actions.CreateNetworkInterface, code, "");
}
