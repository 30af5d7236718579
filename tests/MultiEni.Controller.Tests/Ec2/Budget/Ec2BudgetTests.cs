using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2.Budget;

public sealed class Ec2BudgetTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Meter _meter = new("test");
    private readonly Ec2Budget _budget;

    public Ec2BudgetTests() => _budget = new(new() { InitialBurst = 0, SafetyShare = 1 }, new(_meter), _time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _budget.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task A_call_waits_for_its_token()
    {
        var waiting = _budget.AcquireAsync(AttachNetworkInterface, CallPriority.AttachUnready, Ct).AsTask();
        Assert.Equal(1, _budget.Waiting);

        _time.Advance(TimeSpan.FromSeconds(0.19));
        Assert.Equal(1, _budget.Waiting);
        _time.Advance(TimeSpan.FromSeconds(0.02));
        await waiting;
        Assert.Equal(0, _budget.Waiting);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_and_leaves_its_token_to_the_next()
    {
        using var cancellation = new CancellationTokenSource();
        var given = _budget.AcquireAsync(AttachNetworkInterface, CallPriority.AttachUnready, cancellation.Token).AsTask();
        var next = _budget.AcquireAsync(AttachNetworkInterface, CallPriority.AttachUnready, Ct).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _time.Advance(TimeSpan.FromSeconds(0.21));
        await next;
    }

    [Fact]
    public async Task Wait_and_refill_and_throttles_are_measured()
    {
        using var seen = new MeterReadings(_meter);
        var waiting = _budget.AcquireAsync(AttachNetworkInterface, CallPriority.AttachUnready, Ct).AsTask();
        _time.Advance(TimeSpan.FromSeconds(0.25));
        await waiting;
        _budget.ReportThrottle(AttachNetworkInterface);

        Assert.Contains(
            seen.All,
            reading => reading is { Name: "ec2_limiter_wait_seconds", Value: > 0.19 and < 0.26 } && reading.Tags["api"] == AttachNetworkInterface
        );
        Assert.Equal([5, 3], seen.All.Where(reading => reading.Name == "ec2_refill_effective").Select(reading => Math.Round(reading.Value, 6)));
    }
}
