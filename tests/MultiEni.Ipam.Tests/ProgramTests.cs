using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

/// <summary>The program as a runtime starts it.</summary>
public sealed class ProgramTests
{
    /// <summary>Where Debian's containernetworking-plugins installs.</summary>
    public const string DebianPlugins = "/usr/lib/cni";

    public static string Program => Path.Combine(AppContext.BaseDirectory, IpamPaths.Plugin);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_goes_to_standard_output()
    {
        await using var manager = StubManager.WithAddresses(new IpamAddress { Address = "10.0.1.20/24" });
        var (code, output, errors) = await RunAsync(Program, "ADD", Configuration("eni-ipam", "1.0.0", manager.Path));
        Assert.Equal((0, """{"cniVersion":"1.0.0","ips":[{"address":"10.0.1.20/24"}],"dns":{}}""", ""), (code, output, errors));
        Assert.Equal(("c1", "net1", "web-0"), manager.Requests.Select(request => (request.ContainerId, request.Interface, request.PodName)).Single());
    }

    [Fact]
    public async Task An_error_goes_to_standard_output_with_exit_code_1()
    {
        var (code, output, _) = await RunAsync(Program, "ADD", Configuration("eni-ipam", "1.0.0", "/none"));
        Assert.Equal((1, IpamErrorCodes.TryAgainLater), (code, JsonNode.Parse(output)!["code"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Started_by_hand_it_says_what_it_is()
    {
        var (code, output, errors) = await RunAsync(Program, "", "");
        Assert.Equal(1, code);
        Assert.Contains("CNI_COMMAND", output, StringComparison.Ordinal);
        Assert.StartsWith(IpamPaths.VersionMarker, errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task A_hundred_at_once_are_all_answered()
    {
        await using var manager = StubManager.With(request => new IpamReply
        {
            Addresses = [new IpamAddress { Address = $"10.0.1.{request.ContainerId![1..]}/24" }],
        });
        await Parallel.ForEachAsync(
            Enumerable.Range(1, 100),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Stop },
            async (number, _) =>
            {
                var (code, output, _) = await RunAsync(Program, "ADD", Configuration("eni-ipam", "1.0.0", manager.Path), $"c{number}");
                Assert.Equal((0, $"10.0.1.{number}/24"), (code, JsonNode.Parse(output)!["ips"]![0]!["address"]!.GetValue<string>()));
            }
        );
    }

    /// <summary>What is compared is not ours: Debian's host-local, given the same addresses.</summary>
    [Theory]
    [InlineData("0.3.0")]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    public async Task The_result_is_the_one_that_host_local_prints(string version)
    {
        var hostLocal = Path.Combine(DebianPlugins, "host-local");
        Assert.SkipUnless(File.Exists(hostLocal), $"There is no {hostLocal}: eng/install-prerequisites.sh installs it.");
        await using var manager = StubManager.WithAddresses(
            new IpamAddress { Address = "10.0.1.20/24", Gateway = "10.0.1.1" },
            new IpamAddress { Address = "fd00::20/64", Gateway = "fd00::1" }
        );
        const string routes = """[{"dst":"10.9.0.0/16","gw":"10.0.1.7"}]""";
        var ours = await RunAsync(Program, "ADD", Configuration("eni-ipam", version, manager.Path, $"\"gateway\":true,\"routes\":{routes}"));
        var ranges =
            """[[{"subnet":"10.0.1.0/24","rangeStart":"10.0.1.20","gateway":"10.0.1.1"}],[{"subnet":"fd00::/64","rangeStart":"fd00::20","gateway":"fd00::1"}]]""";
        var theirs = await RunAsync(
            hostLocal,
            "ADD",
            Configuration("host-local", version, manager.Path, $"\"ranges\":{ranges},\"routes\":{routes},\"dataDir\":\"{manager.Folder}/host-local\"")
        );
        Assert.Equal((0, 0), (ours.Code, theirs.Code));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(theirs.Output), JsonNode.Parse(ours.Output)), $"{theirs.Output}\n{ours.Output}");
    }

    internal static string Configuration(string type, string version, string socket, string more = "") =>
        $$"""
            {"cniVersion":"{{version}}","name":"blue","type":"ipvlan","master":"nodeeni-blue","ipam":{"type":"{{type}}","socket":"{{socket}}",
             "notes":"{{Path.GetDirectoryName(socket)}}/notes"{{(more.Length > 0 ? "," : "")}}{{more}} } }
            """;

    private static async Task<(int Code, string Output, string Errors)> RunAsync(
        string program,
        string command,
        string input,
        string container = "c1"
    )
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Environment =
            {
                ["CNI_COMMAND"] = command,
                ["CNI_CONTAINERID"] = container,
                ["CNI_NETNS"] = "/proc/self/ns/net",
                ["CNI_IFNAME"] = "net1",
                ["CNI_PATH"] = DebianPlugins,
                ["CNI_ARGS"] = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0",
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardInput.WriteAsync(input.AsMemory(), Stop);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output, await errors);
    }
}
