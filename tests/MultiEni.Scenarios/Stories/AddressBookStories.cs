using System.Net.Sockets;
using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Settings;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Pods get addresses of ENIs: what the CNI plugin asks of the ENI manager's socket, with the
/// controller and EC2 behind it.
/// </summary>
public class AddressBookStories
{
    private static readonly StageOptions TwoNodes = PodAddressStories.TwoNodes with
    {
        Manager = settings => settings with { IpamSocket = SocketOf(settings) },
    };

    private static readonly Dictionary<string, string> Sockets = [];

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task Pods_get_addresses_that_EC2_has_on_their_ENI_and_the_ENI_stays_while_they_do()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  warm: 2"));
        await stage.UntilReadyAsync("pods", 1);
        var node = Assert.Single(await stage.AttachmentsAsync("pods")).Spec!.NodeName;

        // More pods than there were warm addresses.
        var given = new List<string>();
        for (var pod = 0; pod < 4; pod++)
        {
            given.Add(await UntilGivenAsync(stage, node, $"app-{pod}"));
        }

        Assert.Equal(4, given.Distinct(StringComparer.Ordinal).Count());
        var eni = Assert.Single(stage.OurEnis);
        Assert.All(given, address => Assert.Contains(address, eni.PrivateIps));
        Assert.DoesNotContain(eni.PrimaryIp, given);
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("pods"))[0].Status!.Device!.Addresses is { Used.Count: 4, Free: 2 },
            "the status says who has which address, and two are warm again"
        );

        await stage.DeleteNodeEniAsync("pods");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("pods")).Any(attachment =>
                    attachment.Status!.Conditions.Find(ConditionTypes.Released) is { Reason: Reasons.DeviceInUse } released
                    && released.Message.Contains("default/app-0", StringComparison.Ordinal)
                ),
            "the release names the pods"
        );
        Assert.Contains("is being removed", (await AskAsync(node, Request(IpamCommands.Add, "late")))!.Error!.Message, StringComparison.Ordinal);
        for (var pod = 0; pod < 4; pod++)
        {
            Assert.Null((await AskAsync(node, Request(IpamCommands.Del, $"app-{pod}")))!.Error);
        }

        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_named_address_follows_its_pod_to_another_node_with_one_call()
    {
        await using var stage = await Stage.StartAsync(TwoNodes);
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true"));
        await stage.UntilReadyAsync("pods", 2);
        var (one, other) = ((await stage.AttachmentsAsync("pods"))[0], (await stage.AttachmentsAsync("pods"))[1]);
        var address = PodAddressStories.AddressBeside(one, 200);

        Assert.Equal(address, await UntilGivenAsync(stage, one.Spec!.NodeName, "amf-0", address));
        Assert.Equal(1, stage.Calls("AssignPrivateIpAddresses"));

        // A StatefulSet's pod is made anew on another node when the first one has ended.
        Assert.Null((await AskAsync(one.Spec.NodeName, Request(IpamCommands.Del, "amf-0")))!.Error);
        Assert.Equal(address, await UntilGivenAsync(stage, other.Spec!.NodeName, "amf-0", address));
        Assert.Equal((2, 0), (stage.Calls("AssignPrivateIpAddresses"), stage.Calls("UnassignPrivateIpAddresses")));
        var holder = Assert.Single(stage.OurEnis, eni => eni.PrivateIps.Contains(address));
        Assert.Equal(other.Status!.Network!.EniId, holder.Id);

        // One that still had it on the first node would be dropped, and is not given it again.
        await stage.UntilAsync(
            async () =>
                await AskAsync(one.Spec.NodeName, Request(IpamCommands.Add, "intruder", address)) is { Error.Message: { } message }
                && message.Contains("pod default/amf-0", StringComparison.Ordinal),
            "another pod on the first node is told who has the address"
        );
        Assert.Null((await AskAsync(other.Spec.NodeName, Request(IpamCommands.Del, "amf-0")))!.Error);
        await stage.DeleteNodeEniAsync("pods");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task The_host_gets_an_address_of_a_pod_when_the_pod_has_ended_and_no_pod_one_of_the_host()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("pods", "secondaryPrivateIPCount: 2"));
        await stage.UntilReadyAsync("pods", 1);
        var node = Assert.Single(await stage.AttachmentsAsync("pods")).Spec!.NodeName;
        var held = await UntilGivenAsync(stage, node, "app");

        await stage.ApplyAsync(Manifests.NodeEni("pods", "secondaryPrivateIPCount: 2", "hostAddressing: Managed"));
        var eni = Assert.Single(stage.OurEnis);
        await stage.UntilAsync(() => OfHost(held, but: true), "the host has the others");
        var named = (
            await AskAsync(node, Request(IpamCommands.Add, "other", eni.PrivateIps.First(address => address != held && address != eni.PrimaryIp)))
        )!;
        Assert.Equal(IpamErrorCodes.InvalidConfiguration, named.Error!.Code);
        Assert.Contains("the host has all addresses", named.Error.Message, StringComparison.Ordinal);
        Assert.True(OfHost(held, but: true));

        Assert.Null((await AskAsync(node, Request(IpamCommands.Del, "app")))!.Error);
        await stage.UntilAsync(() => OfHost(held, but: false), "the host has all");

        bool OfHost(string address, bool but) =>
            stage
                .Cluster.Host(node)
                .Network()
                .Addresses.Select(item => item.Address)
                .Intersect(eni.PrivateIps, StringComparer.Ordinal)
                .ToHashSet(StringComparer.Ordinal)
                .SetEquals(eni.PrivateIps.Where(item => !but || item != address));
    }

    // A kubelet tries again, each time with another sandbox.
    private static async Task<string> UntilGivenAsync(Stage stage, string node, string pod, string? named = null)
    {
        string? given = null;
        await stage.UntilAsync(
            async () =>
            {
                var reply = await AskAsync(node, Request(IpamCommands.Add, pod, named));
                given = reply?.Addresses is [var only] ? only.Address.Split('/')[0] : null;
                return given is not null;
            },
            $"{pod} has an address"
        );
        return given!;
    }

    private static IpamRequest Request(string command, string pod, string? named = null) =>
        new()
        {
            Command = command,
            Network = "pods",
            Plugin = "ipvlan",
            ContainerId = $"sandbox-{pod}",
            Interface = "net1",
            PodNamespace = "default",
            PodName = pod,
            Link = "nodeeni-pods",
            Addresses = named is null ? null : [named],
        };

    // A socket's path has 107 bytes.
    private static string SocketOf(ManagerSettings settings)
    {
        lock (Sockets)
        {
            if (!Sockets.TryGetValue(settings.JournalPath, out var path))
            {
                path = Path.Combine(Directory.CreateTempSubdirectory("ipam-").FullName, "ipam.sock");
                Sockets[settings.JournalPath] = path;
            }

            Sockets[settings.NodeName] = path;
            return path;
        }
    }

    private static async Task<IpamReply?> AskAsync(string node, IpamRequest request)
    {
        string path;
        lock (Sockets)
        {
            path = Sockets[node];
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Stage.Stop);
        }
        catch (SocketException)
        {
            return null;
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(request, IpamJson.Default.IpamRequest), Stage.Stop);
        socket.Shutdown(SocketShutdown.Send);
        return await JsonSerializer.DeserializeAsync(stream, IpamJson.Default.IpamReply, Stage.Stop);
    }
}
