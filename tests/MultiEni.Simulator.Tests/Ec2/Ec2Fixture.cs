using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

/// <summary>
/// A simulator on virtual time with one VPC, two zones and a running m5.xlarge (four interfaces),
/// seen through the real SDK.
/// </summary>
public sealed class Ec2Fixture : IAsyncDisposable
{
    private Ec2Fixture(Ec2Simulator simulator, FakeTimeProvider time, int staleConnectionRetries)
    {
        Simulator = simulator;
        Time = time;
        Client = new AmazonEC2Client(
            new BasicAWSCredentials("key", "secret"),
            new AmazonEC2Config
            {
                ServiceURL = simulator.BaseAddress.ToString(),
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
                MaxStaleConnectionRetries = staleConnectionRetries,
            }
        );
        Vpc = World.AddVpc();
        SubnetA = World.AddSubnet(Vpc.Id, "us-east-1a", "10.0.0.0/24", new Dictionary<string, string> { ["Name"] = "a" }, "fd00:0:0:1::/64").Id;
        SubnetB = World.AddSubnet(Vpc.Id, "us-east-1b", "10.0.1.0/24").Id;
        Group = World.AddSecurityGroup(Vpc.Id, "web-tier").Id;
        InstanceId = World.RunInstance("m5.xlarge", SubnetA);
    }

    public Ec2Simulator Simulator { get; }

    public FakeTimeProvider Time { get; }

    public AmazonEC2Client Client { get; }

    public Ec2World World => Simulator.World;

    public MultiEni.Simulator.Ec2.Vpc Vpc { get; }

    public string SubnetA { get; }

    public string SubnetB { get; }

    public string Group { get; }

    public string InstanceId { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Ec2Fixture> StartAsync(Func<Ec2SimulatorOptions, Ec2SimulatorOptions>? change = null, int staleConnectionRetries = 0)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var options = new Ec2SimulatorOptions { TimeProvider = time, Throttling = Ec2Throttling.Off };
        return new Ec2Fixture(await Ec2Simulator.StartAsync(change?.Invoke(options) ?? options, Ct), time, staleConnectionRetries);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Simulator.DisposeAsync();
    }

    public async Task<string> CreateAsync(string? subnetId = null, string? token = null, params Amazon.EC2.Model.Tag[] tags)
    {
        var request = new CreateNetworkInterfaceRequest { SubnetId = subnetId ?? SubnetA, ClientToken = token };
        if (tags.Length > 0)
        {
            request.TagSpecifications = [new TagSpecification { ResourceType = ResourceType.NetworkInterface, Tags = [.. tags] }];
        }

        return (await Client.CreateNetworkInterfaceAsync(request, Ct)).NetworkInterface.NetworkInterfaceId;
    }

    public async Task<string> AttachAsync(string id, int deviceIndex = 1, int card = 0, string? instanceId = null) =>
        (
            await Client.AttachNetworkInterfaceAsync(
                new AttachNetworkInterfaceRequest
                {
                    NetworkInterfaceId = id,
                    InstanceId = instanceId ?? InstanceId,
                    DeviceIndex = deviceIndex,
                    NetworkCardIndex = card,
                },
                Ct
            )
        ).AttachmentId;

    public Task DetachAsync(string attachmentId, bool force = false) =>
        Client.DetachNetworkInterfaceAsync(new DetachNetworkInterfaceRequest { AttachmentId = attachmentId, Force = force }, Ct);

    public Task DeleteAsync(string id) => Client.DeleteNetworkInterfaceAsync(new DeleteNetworkInterfaceRequest { NetworkInterfaceId = id }, Ct);

    public async Task<Amazon.EC2.Model.NetworkInterface> DescribeAsync(string id) =>
        Assert.Single(
            (await Client.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest { NetworkInterfaceIds = [id] }, Ct)).NetworkInterfaces
        );

    /// <summary>Identifiers of the rows that match filters given as name and values.</summary>
    public async Task<List<string>> FindAsync(params (string Name, string[] Values)[] filters)
    {
        var answer = await Client.DescribeNetworkInterfacesAsync(
            new DescribeNetworkInterfacesRequest
            {
                Filters = [.. filters.Select(filter => new Filter(filter.Name, [.. filter.Values]))],
                MaxResults = 1000,
            },
            Ct
        );
        return [.. (answer.NetworkInterfaces ?? []).Select(row => row.NetworkInterfaceId)];
    }

    /// <summary>Expects an error with this code and status.</summary>
    public static async Task<AmazonEC2Exception> FailsAsync(string code, Func<Task> call, int status = 400)
    {
        var error = await Assert.ThrowsAsync<AmazonEC2Exception>(call);
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal(status, (int)error.StatusCode);
        return error;
    }

    /// <summary>Expects a connection that broke without an answer.</summary>
    public static async Task BreaksAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(call);
        Assert.True(error is HttpRequestException or IOException, error.ToString());
    }

    /// <summary>Waits for what another thread does, with a generous deadline.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(20), "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Ct);
        }
    }
}
