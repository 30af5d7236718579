using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Controller.Tests.Ec2;

/// <summary>
/// An account on virtual time with a subnet, a group and an m5.xlarge, and our client for it over
/// HTTP.
/// </summary>
internal sealed class Ec2World : IAsyncDisposable
{
    private readonly Meter _meter = new("test");

    private Ec2World(Ec2Simulator simulator, FakeTimeProvider time)
    {
        Simulator = simulator;
        Time = time;
        Readings = new(_meter);
        Metrics = new(_meter);
        Budget = new(new() { InitialBurst = 1 }, Metrics, time);
        Client = NewClient(TimeSpan.FromSeconds(30));
        Vpc = simulator.World.AddVpc().Id;
        Subnet = simulator.World.AddSubnet(Vpc, "us-east-1a", "10.0.0.0/24", new Dictionary<string, string> { ["Name"] = "a", ["role"] = "data" }).Id;
        Group = simulator.World.AddSecurityGroup(Vpc, "web", new Dictionary<string, string> { ["role"] = "data" }).Id;
        Instance = InstanceId.Parse(simulator.World.RunInstance("m5.xlarge", Subnet));
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Ec2Simulator Simulator { get; }

    public FakeTimeProvider Time { get; }

    public MeterReadings Readings { get; }

    public Ec2Metrics Metrics { get; }

    public Ec2Budget Budget { get; }

    public Ec2Client Client { get; }

    public Action BeforeMutation { get; set; } = () => { };

    public string Vpc { get; }

    public string Subnet { get; }

    public string Group { get; }

    public InstanceId Instance { get; }

    public static async Task<Ec2World> StartAsync(Func<Ec2SimulatorOptions, Ec2SimulatorOptions>? change = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var options = new Ec2SimulatorOptions { TimeProvider = time, Throttling = Ec2Throttling.Off };
        return new(await Ec2Simulator.StartAsync(change?.Invoke(options) ?? options, Ct), time);
    }

    public Ec2Client NewClient(TimeSpan timeout, HttpMessageHandler? transport = null) =>
        new(
            new()
            {
                Region = "us-east-1",
                Endpoint = Simulator.BaseAddress,
                AccessKey = new("key", "secret"),
                Timeout = timeout,
                DescribeRetries = 0,
                Transport = transport,
            },
            Budget,
            Metrics,
            Time,
            () => BeforeMutation()
        );

    public EniInventory NewInventory() => new(Client, new() { Cluster = Rows.Cluster }, Time);

    public CreateEniRequest Request(string slot, string? token = null) =>
        new(token ?? $"token-{slot}", Subnet, [Group], $"for {slot}", Rows.Tags(slot), 0, 0, 0, 0);

    public Task<EniRow> CreateAsync(string slot, string? token = null) => Client.CreateAsync(Request(slot, token), CallPriority.Create, Ct);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Budget.Dispose();
        Readings.Dispose();
        _meter.Dispose();
        await Simulator.DisposeAsync();
    }
}
