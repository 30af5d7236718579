using MultiEni.Controller.Attachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Tests.Ec2;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// The compiler does not check that a switch handles every step; these tests walk all of them
/// through every decision about steps.
/// </summary>
public sealed class EniStepTests
{
    [Fact]
    public void The_walk_finds_steps_of_each_kind()
    {
        Assert.Contains(typeof(EniStep.AssignAddresses), EniSteps.Types);
        Assert.Contains(typeof(EniStep.ReadIndexes), EniSteps.Types);
        Assert.All(EniSteps.Types, type => Assert.Equal(typeof(EniStep), type.DeclaringType));
    }

    [Theory]
    [MemberData(nameof(EniSteps.Names), MemberType = typeof(EniSteps))]
    public void A_failure_of_every_step_has_an_event(string name)
    {
        var report = FailureReport.For(EniSteps.Sample(name), FailureTable.Classify(CreateNetworkInterface, "SomethingNew", ""), "subnet-a1");

        Assert.StartsWith("ENI", report.Event, StringComparison.Ordinal);
        Assert.EndsWith("Failed", report.Event, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EniSteps.CallNames), MemberType = typeof(EniSteps))]
    public void Every_call_is_limited_so_that_it_cannot_take_all_workers(string name)
    {
        var limits = new ConcurrencyLimits(cleanups: 50, _ => { });
        var call = (EniStep.Call)EniSteps.Sample(name);

        Assert.InRange(Enumerable.Range(0, 500).Count(i => limits.TryEnter(call, A.Attachment($"a{i}"))), 1, 100);
    }

    [Theory]
    [MemberData(nameof(EniSteps.CallNames), MemberType = typeof(EniSteps))]
    public void Every_call_has_something_to_say_while_it_waits_unless_the_ENI_says_enough(string name)
    {
        var spec = A.Attachment().Spec!;
        var attached = (EniStep.Call)EniSteps.Sample(name, A.Row(attachment: A.Attached()));

        Assert.NotNull(WaitClaim.For((EniStep.Call)EniSteps.Sample(name), spec));
        Assert.Equal(attached is EniStep.Update, WaitClaim.For(attached, spec) is null);
    }

    [Theory]
    [MemberData(nameof(EniSteps.CallNames), MemberType = typeof(EniSteps))]
    public async Task Every_call_reaches_EC2(string name)
    {
        await using var world = await Ec2World.StartAsync();
        world.BeforeMutation = () => throw new SentException();
        var row = A.Row("eni-0123456789abcdef0", A.Attached() with { AttachmentId = "eni-attach-0123456789abcdef0" });
        var attachment = A.Attachment(instance: "i-0123456789abcdef0");

        await Assert.ThrowsAsync<SentException>(() =>
            new EniOperations(world.Client, Rows.Cluster, new PodAddressMemory(world.Time)).CallAsync(
                attachment,
                (EniStep.Call)EniSteps.Sample(name, row),
                Ec2World.Ct
            )
        );
    }

    private sealed class SentException : Exception;
}
