using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace MultiEni.Cli.Tests;

/// <summary>
/// The simulated endpoints, as processes of their own that are interrupted like any.
/// </summary>
public sealed class SimulateCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulate-");
    private readonly HttpClient _http = new();
    private readonly List<Process> _programs = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_Kubernetes_API_says_how_to_reach_it_and_ends_when_it_is_interrupted()
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        var program = Start("simulate", "kubernetes", "--with-crds", "--write-kubeconfig", kubeconfig);
        var address = await AddressAsync(program);

        var definitions = JsonNode.Parse(await _http.GetStringAsync(new Uri($"{address}apis/apiextensions.k8s.io/v1/customresourcedefinitions"), Ct));
        Assert.Equal(2, definitions!["items"]!.AsArray().Count);
        Assert.Contains(address.TrimEnd('/'), await File.ReadAllTextAsync(kubeconfig, Ct));
        using var anybody = new HttpRequestMessage(HttpMethod.Get, $"{address}api/v1/nodes");
        anybody.Headers.Add("Authorization", "Bearer nobody");
        using var refused = await _http.SendAsync(anybody, Ct);
        Assert.Equal(401, (int)refused.StatusCode);

        Assert.Equal(0, await InterruptAsync(program));
        Assert.False(File.Exists(kubeconfig), "the port in it is no longer open");
    }

    [Fact]
    public async Task EC2_comes_with_subnets_groups_and_instances_and_names_them()
    {
        var program = Start("simulate", "ec2", "--instances", "2", "--zones", "1");
        var address = await AddressAsync(program);
        var answer = await _http.PostAsync(
            new Uri(address),
            new FormUrlEncodedContent([new("Action", "DescribeInstances"), new("Version", "2016-11-15")]),
            Ct
        );
        var described = await answer.Content.ReadAsStringAsync(Ct);

        Assert.Equal(0, await InterruptAsync(program));
        var said = await program.StandardOutput.ReadToEndAsync(Ct);
        var instances = said.Split('\n').Where(line => line.StartsWith("  i-", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.Equal(2, instances.Count);
        Assert.All(instances, instance => Assert.Contains(instance, described));
        Assert.Contains($"AWS_ENDPOINT_URL_EC2={address}", said);
        Assert.Contains("subnet-12345678", said);
    }

    [Theory]
    [InlineData("--port", "70000", "--port is '70000'; it must be a number from 0 to 65535")]
    [InlineData("--zones", "9", "--zones is '9'; it must be a number from 1 to 4")]
    [InlineData("--instance-type", "m5.giant", "--instance-type is 'm5.giant', which the simulated EC2 does not support")]
    public async Task A_wrong_value_is_told_with_what_is_allowed(string option, string value, string said)
    {
        var run = await CommandRun.Of("simulate", "ec2", option, value);

        Assert.Equal(2, run.Code);
        Assert.Contains(said, run.Error);
    }

    [Fact]
    public async Task A_kubeconfig_that_exists_is_not_overwritten_and_a_folder_is_not_made()
    {
        var mine = Path.Combine(_folder.FullName, "mine");
        await File.WriteAllTextAsync(mine, "mine", Ct);

        var there = await CommandRun.Of("simulate", "kubernetes", "--write-kubeconfig", mine);
        var nowhere = await CommandRun.Of("simulate", "kubernetes", "--write-kubeconfig", Path.Combine(_folder.FullName, "no", "kubeconfig"));

        Assert.Equal((2, "mine"), (there.Code, await File.ReadAllTextAsync(mine, Ct)));
        Assert.Contains($"'{mine}', which exists", there.Error);
        Assert.Equal(2, nowhere.Code);
        Assert.Contains("does not exist", nowhere.Error);
    }

    [Theory]
    [InlineData("kubernetes")]
    [InlineData("ec2")]
    public async Task A_port_in_use_is_an_error_that_names_it(string what)
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = $"{((System.Net.IPEndPoint)other.LocalEndpoint).Port}";

        var run = await CommandRun.Of("simulate", what, "--port", port);

        Assert.Equal(3, run.Code);
        Assert.Contains($"Cannot listen on 127.0.0.1:{port}", run.Error);
        Assert.Contains("remedy: choose another --port", run.Error);
    }

    public void Dispose()
    {
        foreach (var program in _programs)
        {
            // One that a failing test left behind.
            program.Kill();
            program.Dispose();
        }

        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "kubectl-eni"), arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var program = Process.Start(start)!;
        _programs.Add(program);
        return program;
    }

    private static async Task<string> AddressAsync(Process program)
    {
        var line = await program.StandardOutput.ReadLineAsync(Ct);
        Assert.NotNull(line);
        return line[line.IndexOf("http://", StringComparison.Ordinal)..];
    }

    private static async Task<int> InterruptAsync(Process program)
    {
        // Not SIGINT: whoever runs tests in the background may have it ignored, and children
        // inherit that.
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{program.Id}"]) { UseShellExecute = false });
        await program.WaitForExitAsync(Ct);
        return program.ExitCode;
    }
}
