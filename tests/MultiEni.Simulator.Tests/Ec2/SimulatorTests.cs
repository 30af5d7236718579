using System.Net.Sockets;
using System.Text;
using Amazon.EC2.Model;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class SimulatorTests
{
    [Fact]
    public async Task The_same_seed_and_calls_give_the_same_identifiers()
    {
        async Task<string> RunAsync(ulong seed)
        {
            await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Seed = seed });
            var id = await ec2.CreateAsync();
            return $"{ec2.Vpc.Id} {ec2.InstanceId} {id} {await ec2.AttachAsync(id)} {ec2.World.FindNetworkInterface(id)!.MacAddress}";
        }

        Assert.Equal(await RunAsync(7), await RunAsync(7));
        Assert.NotEqual(await RunAsync(7), await RunAsync(8));
    }

    [Fact]
    public async Task Head_and_body_of_an_answer_arrive_together()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        const string form = "Action=DescribeSubnets&Version=2016-11-15";
        using var client = new TcpClient();
        await client.ConnectAsync(ec2.Simulator.BaseAddress.Host, ec2.Simulator.BaseAddress.Port, Ec2Fixture.Ct);
        var request = $"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Ec2Fixture.Ct);

        var buffer = new byte[64 * 1024];
        var length = await client.GetStream().ReadAsync(buffer, Ec2Fixture.Ct);
        var answer = Encoding.UTF8.GetString(buffer, 0, length);

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.EndsWith("</DescribeSubnetsResponse>", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_instance_comes_with_the_interfaces_of_its_launch_template_without_any_call()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = ec2.World.RunInstance(
            "m5.4xlarge",
            ec2.SubnetA,
            interfaces:
            [
                new LaunchInterface(2, ec2.SubnetA)
                {
                    GroupIds = [ec2.Group],
                    DeleteOnTermination = false,
                    Tags = new Dictionary<string, string> { ["slot"] = "2" },
                },
            ]
        );
        var rows = ec2.World.NetworkInterfacesOf(id).ToList();
        Assert.Equal([(0, true), (2, false)], rows.Select(row => (row.Attachment!.DeviceIndex, row.Attachment.DeleteOnTermination)));
        Assert.All(rows, row => Assert.Equal(AttachmentStatus.Attached, row.Attachment!.Status));
        Assert.Equal([rows[1].Id], await ec2.FindAsync(("tag:slot", ["2"])));
        Assert.Equal(0, ec2.Simulator.Counters.Snapshot().Mutating);
    }

    [Fact]
    public async Task Counters_tell_calls_peaks_and_times_and_can_be_reset()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var (first, second) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        ec2.Time.Advance(TimeSpan.FromSeconds(7));
        await ec2.AttachAsync(first, 1);
        await ec2.AttachAsync(second, 2);
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ec2.DeleteAsync(first));
        await ec2.DescribeAsync(first);

        var counters = ec2.Simulator.Counters.Snapshot();
        Assert.Equal((2, 0), (counters.PeakUnattached, counters.Unattached));
        Assert.Equal((6, 5, 0), (counters.Total, counters.Mutating, counters.Throttled));
        Assert.Equal(new Ec2ActionCount(0, 1, 0), counters["DeleteNetworkInterface"]);
        var attach = counters.Timeline[2];
        Assert.Equal(("AttachNetworkInterface", first, ec2.Time.GetUtcNow()), (attach.Action, attach.ResourceId, attach.ReceivedAt));
        Assert.Equal([1, 2, 3, 4, 5, 6], counters.Timeline.Select(call => call.Sequence));
        Assert.Equal("InvalidParameterValue", counters.Timeline[4].ErrorCode);

        ec2.Simulator.Counters.Reset();
        var fresh = ec2.Simulator.Counters.Snapshot();
        Assert.Equal((0, 0, 0), (fresh.Total, fresh.Mutating, fresh.PeakUnattached));
        Assert.Empty(fresh.Timeline);
    }

    [Fact]
    public async Task A_driver_of_virtual_time_can_see_when_the_next_change_is_due()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                Latencies = new Ec2Latencies { Create = TimeSpan.FromSeconds(9) },
            }
        );
        Assert.Null(ec2.World.NextTransition);
        await ec2.CreateAsync();
        Assert.Equal(ec2.Time.GetUtcNow() + TimeSpan.FromSeconds(9), ec2.World.NextTransition);
        ec2.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(ec2.World.NextTransition);
    }

    [Fact]
    public async Task Drift_made_by_somebody_else_shows_in_the_answers()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        Assert.True(ec2.World.TryChange(id, row => row with { SourceDestCheck = false, GroupIds = [ec2.Group] }));
        var row = await ec2.DescribeAsync(id);
        Assert.Equal((false, ec2.Group), (row.SourceDestCheck, row.Groups.Single().GroupId));
    }

    [Fact]
    public async Task Calls_in_parallel_never_share_an_address_a_MAC_or_an_index()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var node = ec2.World.RunInstance("m5.24xlarge", ec2.SubnetA);
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ec2.CreateAsync()));
        var outcomes = await Task.WhenAll(ids.Select((id, number) => TryAttachAsync(ec2, node, id, 1 + (number % 20))));

        Assert.Equal(14, outcomes.Count(attached => attached));
        var rows = ec2.World.NetworkInterfaces;
        Assert.Equal(rows.Count, rows.Select(row => row.PrivateIps[0]).Distinct().Count());
        Assert.Equal(rows.Count, rows.Select(row => row.MacAddress).Distinct().Count());
        Assert.Equal(15, ec2.World.NetworkInterfacesOf(node).Select(row => row.Attachment!.DeviceIndex).Distinct().Count());
    }

    [Fact]
    public async Task Twenty_thousand_interfaces_are_swept_in_twenty_calls_that_look_at_each_row_once()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var subnets = Enumerable
            .Range(1, 2)
            .Select(number => ec2.World.AddSubnet(ec2.World.AddVpc($"10.{number}.0.0/16").Id, "us-east-1a", $"10.{number}.0.0/16").Id)
            .ToList();
        var ours = new Dictionary<string, string> { ["cluster"] = "c1" };
        for (var number = 0; number < 5000; number++)
        {
            var subnet = subnets[number % 2];
            ec2.World.RunInstance(
                "m5.4xlarge",
                subnet,
                interfaces: [.. Enumerable.Range(1, 4).Select(index => new LaunchInterface(index, subnet) { Tags = ours })]
            );
        }

        ec2.Simulator.Counters.Reset();
        var request = new DescribeNetworkInterfacesRequest { Filters = [new Filter("tag:cluster", ["c1"])], MaxResults = 1000 };
        var rows = 0;
        do
        {
            var page = await ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct);
            rows += page.NetworkInterfaces.Count;
            request.NextToken = page.NextToken;
        } while (request.NextToken is not null);

        Assert.Equal(20_000, rows);
        var counters = ec2.Simulator.Counters.Snapshot();
        Assert.Equal(20, counters.Total);
        // One row more than each page holds tells that another page follows.
        Assert.Equal(20_000 + 19, counters.RowsExamined);
    }

    private static async Task<bool> TryAttachAsync(Ec2Fixture ec2, string node, string id, int index)
    {
        try
        {
            await ec2.AttachAsync(id, index, instanceId: node);
            return true;
        }
        catch (Amazon.EC2.AmazonEC2Exception error) when (error.ErrorCode is "InvalidParameterValue" or "AttachmentLimitExceeded")
        {
            return false;
        }
    }
}
