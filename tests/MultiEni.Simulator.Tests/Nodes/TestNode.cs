using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator.Tests.Nodes;

/// <summary>One simulated node and a client that knows nothing but its wire protocol.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string Primary = "0000:00:05.0";
    public const string Second = "0000:00:06.0";
    public const string Third = "0000:00:07.0";
    public const string SecondMac = "02:00:00:00:00:06";
    public const string ThirdMac = "02:00:00:00:00:07";
    public const string Name = "ip-10-0-0-10.eu-west-1.compute.internal";
    public const string VfioBind = "/sys/bus/pci/drivers/vfio-pci/bind";
    public const string VfioUnbind = "/sys/bus/pci/drivers/vfio-pci/unbind";
    public const string EnaBind = "/sys/bus/pci/drivers/ena/bind";
    public const string EnaUnbind = "/sys/bus/pci/drivers/ena/unbind";
    public const string NoIommu = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    private readonly SimulatedHosts _hosts;
    private readonly HttpClient _http = new();

    private TestNode(SimulatedHosts hosts, SimulatedHost host, FakeTimeProvider time)
    {
        _hosts = hosts;
        Host = host;
        Time = time;
    }

    public SimulatedHost Host { get; }

    public FakeTimeProvider Time { get; }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A node with a second interface plugged in, unless told otherwise.</summary>
    public static async Task<TestNode> StartAsync(SimulatedHostOptions? options = null, bool plug = true)
    {
        var time = new FakeTimeProvider();
        var server = await SimulatedHosts.StartAsync(Cancelled);
        var primary = new PrimaryInterface("02:00:00:00:00:05", "10.0.0.10", 24, "10.0.0.1");
        var host = new SimulatedHost(Name, "i-1", primary, options ?? new SimulatedHostOptions(), seed: 1, time);
        server.Add(host);
        if (plug)
        {
            host.Plug(SecondMac, ["10.0.1.20"]);
        }

        return new TestNode(server, host, time);
    }

    public static string DeviceFile(string address, string file) => $"/sys/bus/pci/devices/{address}/{file}";

    public Task<string?> TextAsync(string path) => GetAsync($"files/text?path={System.Uri.EscapeDataString(path)}");

    public Task<string?> LinkAsync(string path) => GetAsync($"files/link?path={System.Uri.EscapeDataString(path)}");

    public async Task<string?> DriverAsync(string address) => (await LinkAsync(DeviceFile(address, "driver")))?.Split('/')[^1];

    public async Task<string[]> ListAsync(string path) =>
        [
            .. JsonNode
                .Parse((await GetAsync($"files/list?path={System.Uri.EscapeDataString(path)}"))!)!
                .AsArray()
                .Select(name => name!.GetValue<string>()),
        ];

    public async Task<bool> ExistsAsync(string path) => await GetAsync($"files/exists?path={System.Uri.EscapeDataString(path)}") == "true";

    public async Task<JsonNode> NetworkAsync() => JsonNode.Parse((await GetAsync("network"))!)!;

    public Task<int> WriteAsync(string path, string text) => PostAsync($"files/write?path={System.Uri.EscapeDataString(path)}", text);

    public Task<int> ProbeAsync(string path) => PostAsync($"files/probe?path={System.Uri.EscapeDataString(path)}", "");

    public Task<int> ChangeLinkAsync(int index, string body) => PostAsync($"network/links/{index.ToString(CultureInfo.InvariantCulture)}", body);

    /// <summary>No-IOMMU on, override written and the device moved from ena to vfio-pci.</summary>
    public async Task BindToVfioAsync(string address = Second)
    {
        Assert.Equal(0, await WriteAsync(NoIommu, "1"));
        Assert.Equal(0, await WriteAsync(EnaUnbind, address));
        Assert.Equal(0, await WriteAsync(DeviceFile(address, "driver_override"), "vfio-pci"));
        Assert.Equal(0, await WriteAsync(VfioBind, address));
    }

    public async Task<HttpStatusCode> StatusAsync()
    {
        using var response = await _http.GetAsync($"{_hosts.HostUri(Name)}/files/exists?path=/sys", Cancelled);
        return response.StatusCode;
    }

    public Uri Uri(string relative) => new($"{_hosts.HostUri(Name)}/{relative}");

    public void Terminate() => _hosts.Remove(Host.InstanceId);

    /// <summary>Events from now on; the stream is open when this returns.</summary>
    public async Task<StreamReader> EventsAsync()
    {
        var response = await _http.GetAsync($"{_hosts.HostUri(Name)}/events", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        return new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
    }

    public static async Task<string> NextAsync(StreamReader events)
    {
        var read = JsonNode.Parse((await events.ReadLineAsync(Cancelled))!)!;
        return $"{read["action"]} {read["subsystem"]} {read["subject"]}";
    }

    /// <summary>
    /// Asserts that an operation is still under way after the server had every chance to finish it.
    /// </summary>
    public async Task AssertBlockedAsync(Task operation)
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await ExistsAsync("/sys"));
        }

        Assert.False(operation.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hosts.DisposeAsync();
    }

    private async Task<string?> GetAsync(string relative)
    {
        using var response = await _http.GetAsync($"{_hosts.HostUri(Name)}/{relative}", Cancelled);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancelled);
    }

    private async Task<int> PostAsync(string relative, string body)
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await _http.PostAsync($"{_hosts.HostUri(Name)}/{relative}", content, Cancelled);
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancelled))!["errno"]!.GetValue<int>();
    }
}
