using MultiEni.Cli.Map;

namespace MultiEni.Cli.Tests.Map;

/// <summary>EC2's budget, from the controller's metrics.</summary>
public sealed class BudgetReaderTests
{
    private const string Metrics = """
        # HELP ec2_requests_total Requests sent, by API and outcome code.
        # TYPE ec2_requests_total counter
        ec2_requests_total{api="AttachNetworkInterface",code="OK"} 30
        ec2_requests_total{api="AttachNetworkInterface",code="RequestLimitExceeded"} 2
        ec2_requests_total{code="OK",api="CreateNetworkInterface"} 40 1700000000000
        ec2_throttles_total{api="AttachNetworkInterface"} 2
        ec2_refill_effective{api="AttachNetworkInterface"} 2.5
        ec2_limiter_wait_seconds_bucket{api="DescribeSubnets",le="+Inf"} 7
        process_open_fds 12
        ec2_refill_effective{api="broken"
        """;

    [Fact]
    public void Requests_of_an_API_are_added_up_whatever_became_of_them()
    {
        var apis = BudgetReader.Parse(Metrics);

        Assert.Equal(new ApiUse(2.5, 32, 2), apis["AttachNetworkInterface"]);
        Assert.Equal(new ApiUse(null, 40, 0), apis["CreateNetworkInterface"]);
        Assert.DoesNotContain("broken", apis.Keys);
    }

    [Theory]
    [InlineData(12, 10, 2.0)]
    [InlineData(32, 10, 0.0)]
    [InlineData(40, 10, 0.0)] // The controller was restarted.
    [InlineData(null, 10, 0.0)] // It was not read before.
    [InlineData(12, 0, 0.0)]
    public void The_rate_is_that_between_two_readings(int? before, int seconds, double rate)
    {
        var former = new Dictionary<string, ApiUse>();
        if (before is { } requests)
        {
            former["AttachNetworkInterface"] = new ApiUse(2.5, requests, 0);
        }

        var gauges = BudgetReader.Between(former, BudgetReader.Parse(Metrics), TimeSpan.FromSeconds(seconds));

        Assert.Equal(new MapBudget("AttachNetworkInterface", 2.5, rate, 2), gauges[0]);
        Assert.Equal(["AttachNetworkInterface", "CreateNetworkInterface"], gauges.Select(gauge => gauge.Id));
    }
}
