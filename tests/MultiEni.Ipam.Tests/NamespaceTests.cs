using System.Diagnostics;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

/// <summary>
/// Debian's plugins call the program in namespaces of their own. ipvlan, for which many kernels
/// have no module loaded, is called in the virtual machine.
/// </summary>
[Trait("speed", "slow")]
public sealed class NamespaceTests
{
    private const string Prepare = """
        set -eu
        mount -t tmpfs none /run; mkdir -p /run/netns
        ip link add eni0 type veth peer name far0
        ip link property add dev eni0 altname nodeeni-blue
        ip link set eni0 up; ip link set far0 up
        ip netns add pod
        call() { CNI_COMMAND=$1 CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/pod CNI_IFNAME=net1 CNI_ARGS='IgnoreUnknown=1;K8S_POD_NAME=web-0' "/usr/lib/cni/$TYPE"; }
        add() { printf '{%s}' "$CONFIGURATION" | call ADD; }
        check() { printf '{%s,"prevResult":%s}' "$CONFIGURATION" "$(cat /run/result)" | call CHECK; }
        del() { printf '{%s}' "$CONFIGURATION" | call DEL; }

        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("macvlan", "\"master\":\"nodeeni-blue\"")]
    [InlineData("host-device", "\"device\":\"eni0\"")]
    public async Task The_address_is_on_the_pods_interface_and_goes_with_it(string type, string device)
    {
        Assert.SkipUnless(File.Exists($"{ProgramTests.DebianPlugins}/{type}"), $"There is no {type}: eng/install-prerequisites.sh installs it.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces with names take root.");
        await using var manager = StubManager.WithAddresses(new IpamAddress { Address = "10.0.1.20/24", Gateway = "10.0.1.1" });
        var output = await RunAsync(
            """
            add >/run/result
            ip -n pod -o -4 address show dev net1
            ip -n pod route show default
            check
            del
            if ip -n pod link show net1 2>/dev/null; then exit 9; fi
            """,
            type,
            $"\"cniVersion\":\"1.0.0\",\"name\":\"blue\",\"type\":\"{type}\",{device},\"ipam\":{{\"type\":\"eni-ipam\",\"socket\":\"{manager.Path}\",\"routes\":[{{\"dst\":\"0.0.0.0/0\"}}]}}"
        );
        Assert.Contains("inet 10.0.1.20/24", output, StringComparison.Ordinal);
        Assert.Contains("default via 10.0.1.1 dev net1", output, StringComparison.Ordinal);
        Assert.Equal(["ADD", "CHECK", "DEL"], manager.Requests.Select(request => request.Command));
        Assert.All(manager.Requests, request => Assert.Equal((type, "c1", "net1"), (request.Plugin, request.ContainerId, request.Interface)));
    }

    [Fact]
    public async Task What_the_ENI_manager_says_is_what_the_runtime_is_told()
    {
        Assert.SkipUnless(File.Exists($"{ProgramTests.DebianPlugins}/macvlan"), "There is no macvlan: eng/install-prerequisites.sh installs it.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces with names take root.");
        await using var manager = StubManager.WithError(IpamErrorCodes.TryAgainLater, "No address of eni-0123 is free.");
        var output = await RunAsync(
            "if add; then exit 9; fi; del; if ip -n pod link show net1 2>/dev/null; then exit 8; fi",
            "macvlan",
            $"\"cniVersion\":\"0.3.1\",\"name\":\"blue\",\"type\":\"macvlan\",\"master\":\"nodeeni-blue\",\"ipam\":{{\"type\":\"eni-ipam\",\"socket\":\"{manager.Path}\",\"notes\":\"{manager.Folder}/notes\"}}"
        );
        Assert.Contains("\"code\": 11", output, StringComparison.Ordinal);
        Assert.Contains("No address of eni-0123 is free.", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string script, string type, string configuration)
    {
        using var process = Process.Start(
            new ProcessStartInfo("unshare", ["--net", "--mount", "--", "bash", "-c", Prepare + script])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["TYPE"] = type,
                    ["CONFIGURATION"] = configuration,
                    ["CNI_PATH"] = $"{AppContext.BaseDirectory.TrimEnd('/')}:{ProgramTests.DebianPlugins}",
                },
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, $"{process.ExitCode}: {await output}{await errors}");
        return await output;
    }
}
