using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.HealthV1;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.Registration;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.V1;
using Alpha = MultiEni.Manager.Tests.Kubelet.Dra.Protocol.HealthV1Alpha1;
using Beta = MultiEni.Manager.Tests.Kubelet.Dra.Protocol.V1Beta1;
using DeviceHealth = MultiEni.Manager.Kubelet.Dra.DeviceHealth;

namespace MultiEni.Manager.Tests.Kubelet.Dra;

/// <summary>
/// What the program writes and reads by hand, against a gRPC and messages that are generated from
/// the definitions beside it.
/// </summary>
public sealed class DraWireTests
{
    private const string Driver = "eni.networking.k8s.aws";

    private static readonly Gen<ClaimReference> AnyClaim = Gen.Select(
        Gen.String[0, 20],
        Gen.String[0, 20],
        Gen.String[1, 40],
        (space, name, uid) => new ClaimReference(space, name, uid)
    );

    private static readonly Gen<PreparedDevice> AnyDevice = Gen.Select(
        Gen.String[0, 10].Array[0, 3],
        Gen.String[0, 20],
        Gen.String[0, 20],
        Gen.String[0, 60].Array[0, 3],
        (requests, pool, device, ids) => new PreparedDevice(requests, pool, device, ids)
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Claims_are_read_as_they_were_sent() =>
        AnyClaim
            .Array[0, 5]
            .Sample(
                claims =>
                {
                    var request = new NodePrepareResourcesRequest();
                    request.Claims.AddRange(claims.Select(Sent));
                    Assert.Equal(claims, DraMessages.ReadClaims(request.ToByteArray()));
                },
                iter: 2_000
            );

    [Fact]
    public void Prepared_devices_are_read_as_they_were_written() =>
        Gen.Dictionary(Gen.String[1, 20], AnyDevice.Array[0, 4])[0, 4]
            .Sample(
                byUid =>
                {
                    var written = DraMessages.PrepareResponse(
                        byUid.Select(entry => KeyValuePair.Create<string, PrepareAnswer>(entry.Key, new PrepareAnswer.Prepared(entry.Value)))
                    );
                    var read = NodePrepareResourcesResponse.Parser.ParseFrom(written.Span);
                    Assert.Equal(byUid.Count, read.Claims.Count);
                    foreach (var (uid, devices) in byUid)
                    {
                        var answer = read.Claims[uid];
                        Assert.Equal("", answer.Error);
                        Assert.Equal(
                            devices.Select(Text),
                            answer.Devices.Select(device => Text(device.RequestNames, device.PoolName, device.DeviceName, device.CdiDeviceIds))
                        );
                        Assert.DoesNotContain(answer.Devices, device => device.HasShareId);
                    }

                    Assert.Equal(read.Claims.Keys.Order(), Beta.NodePrepareResourcesResponse.Parser.ParseFrom(written.Span).Claims.Keys.Order());
                },
                iter: 1_000
            );

    [Fact]
    public void Garbage_is_read_or_refused_as_no_message() =>
        Gen
            .Byte.Array[0, 64]
            .Sample(
                bytes =>
                {
                    try
                    {
                        DraMessages.ReadClaims(bytes);
                    }
                    catch (ProtoException)
                    {
                        // What the caller is told.
                    }
                },
                iter: 20_000
            );

    [Fact]
    public async Task The_kubelet_learns_what_the_driver_is_and_says_what_became_of_it()
    {
        using var folder = new TemporaryFolder();
        var told = new List<string?>();
        await using var served = await Served.StartAsync(folder.File("r.sock"), new RegistrationService(Driver, "/p/dra.sock", told.Add));
        var kubelet = new Registration.RegistrationClient(served.Channel);

        var info = await kubelet.GetInfoAsync(new InfoRequest(), cancellationToken: Stop);
        await kubelet.NotifyRegistrationStatusAsync(new RegistrationStatus { PluginRegistered = true }, cancellationToken: Stop);
        await kubelet.NotifyRegistrationStatusAsync(new RegistrationStatus { Error = "endpoint in use" }, cancellationToken: Stop);
        await kubelet.NotifyRegistrationStatusAsync(new RegistrationStatus(), cancellationToken: Stop);

        Assert.Equal(("DRAPlugin", Driver, "/p/dra.sock"), (info.Type, info.Name, info.Endpoint));
        Assert.Equal(["v1.DRAPlugin", "v1beta1.DRAPlugin", "v1.DRAResourceHealth", "v1alpha1.DRAResourceHealth"], info.SupportedVersions);
        Assert.Equal([null, "endpoint in use", "the kubelet gives no reason"], told);
    }

    [Fact]
    public async Task A_claim_that_fails_says_nothing_of_the_others_and_none_is_left_out()
    {
        using var folder = new TemporaryFolder();
        await using var served = await Served.StartAsync(
            folder.File("d.sock"),
            new DraPluginService(
                (claim, _) =>
                    claim.Name == "broken" ? throw new IOException("disk full")
                    : claim.Name == "refused" ? Task.FromResult<PrepareAnswer>(new PrepareAnswer.Refused("no such device"))
                    : Task.FromResult<PrepareAnswer>(new PrepareAnswer.Prepared([new PreparedDevice(["nic"], "node-1", "eni-1", ["a/b=c"])])),
                (claim, _) =>
                    claim.Name == "broken"
                        ? throw new IOException("disk full")
                        : Task.FromResult<UnprepareAnswer>(
                            claim.Name == "refused" ? new UnprepareAnswer.Refused("in use") : new UnprepareAnswer.Done()
                        ),
                new DeviceHealthFeed(TimeProvider.System)
            )
        );
        var claims = new[] { "good", "broken", "refused" }.Select(name => new ClaimReference("ns", name, $"uid-{name}")).ToList();
        var prepare = new NodePrepareResourcesRequest { Claims = { claims.Select(Sent) } };
        var unprepare = new NodeUnprepareResourcesRequest { Claims = { claims.Select(Sent) } };
        var older = new Beta.DRAPlugin.DRAPluginClient(served.Channel);
        var kubelet = new DRAPlugin.DRAPluginClient(served.Channel);

        var prepared = (await kubelet.NodePrepareResourcesAsync(prepare, cancellationToken: Stop)).Claims;
        Assert.Equal("eni-1", Assert.Single(prepared["uid-good"].Devices).DeviceName);
        Assert.Equal(
            ("", "claim ns/broken: disk full", "no such device"),
            (prepared["uid-good"].Error, prepared["uid-broken"].Error, prepared["uid-refused"].Error)
        );

        var ended = (await kubelet.NodeUnprepareResourcesAsync(unprepare, cancellationToken: Stop)).Claims;
        Assert.Equal(("", "claim ns/broken: disk full", "in use"), (ended["uid-good"].Error, ended["uid-broken"].Error, ended["uid-refused"].Error));

        // What a kubelet of 1.32 gets is the same.
        var before = Beta.NodePrepareResourcesRequest.Parser.ParseFrom(prepare.ToByteArray());
        Assert.Equal("eni-1", (await older.NodePrepareResourcesAsync(before, cancellationToken: Stop)).Claims["uid-good"].Devices[0].DeviceName);
        var after = Beta.NodeUnprepareResourcesRequest.Parser.ParseFrom(unprepare.ToByteArray());
        Assert.Equal("in use", (await older.NodeUnprepareResourcesAsync(after, cancellationToken: Stop)).Claims["uid-refused"].Error);
    }

    [Fact]
    public async Task Health_is_told_at_once_when_it_changes_and_again_before_it_is_too_old_to_count()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_000));
        var feed = new DeviceHealthFeed(clock);
        feed.Announce([new DeviceHealth("node-1", "eni-1", null)]);
        await using var served = await Served.StartAsync(folder.File("d.sock"), new DraPluginService(null!, null!, feed));
        using var watch = new DRAResourceHealth.DRAResourceHealthClient(served.Channel).NodeWatchResources(
            new NodeWatchResourcesRequest(),
            cancellationToken: Stop
        );

        var first = await NextAsync(watch.ResponseStream);
        Assert.Equal(("node-1", "eni-1"), (first.Device.PoolName, first.Device.DeviceName));
        Assert.Equal((HealthStatus.Healthy, 1_000L, 60L, ""), (first.Health, first.LastUpdatedTime, first.HealthCheckTimeoutSeconds, first.Message));

        feed.Announce([new DeviceHealth("node-1", "eni-1", $"gone {new string('x', 2_000)}")]);
        var changed = await NextAsync(watch.ResponseStream);
        Assert.Equal((HealthStatus.Unhealthy, 1_024), (changed.Health, changed.Message.Length));

        var next = NextAsync(watch.ResponseStream);
        await Eventually.Holds(
            () =>
            {
                clock.Advance(DeviceHealthFeed.Interval);
                return next.IsCompleted;
            },
            "the repetition"
        );
        Assert.Equal(HealthStatus.Unhealthy, (await next).Health);
        Assert.True((await next).LastUpdatedTime > 1_000);
        Assert.True(DeviceHealthFeed.Interval * 2 < DeviceHealthFeed.Timeout);

        feed.End();
        // The clock may have been advanced once too often, for which there is a repetition.
        for (var repetitions = 0; await watch.ResponseStream.MoveNext(Stop); repetitions++)
        {
            Assert.True(repetitions < 100, "the stream goes on after its end");
        }
    }

    [Fact]
    public async Task A_kubelet_before_1_37_watches_health_under_its_first_name()
    {
        using var folder = new TemporaryFolder();
        var feed = new DeviceHealthFeed(TimeProvider.System);
        feed.Announce([new DeviceHealth("node-1", "eni-1", null)]);
        await using var served = await Served.StartAsync(folder.File("d.sock"), new DraPluginService(null!, null!, feed));
        using var watch = new Alpha.DRAResourceHealth.DRAResourceHealthClient(served.Channel).NodeWatchResources(
            new Alpha.NodeWatchResourcesRequest(),
            cancellationToken: Stop
        );
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.Equal(Alpha.HealthStatus.Healthy, Assert.Single(watch.ResponseStream.Current.Devices).Health);
    }

    [Fact]
    public async Task A_method_that_does_not_exist_is_answered_so()
    {
        using var folder = new TemporaryFolder();
        await using var driver = await Served.StartAsync(folder.File("d.sock"), new DraPluginService(null!, null!, null!));
        await using var registration = await Served.StartAsync(folder.File("r.sock"), new RegistrationService(Driver, "/p", _ => { }));
        var notThere = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Registration.RegistrationClient(driver.Channel).GetInfoAsync(new InfoRequest(), cancellationToken: Stop)
        );
        var norThere = await Assert.ThrowsAsync<RpcException>(async () =>
            await new DRAPlugin.DRAPluginClient(registration.Channel).NodePrepareResourcesAsync(new(), cancellationToken: Stop)
        );
        Assert.Equal((StatusCode.Unimplemented, StatusCode.Unimplemented), (notThere.StatusCode, norThere.StatusCode));
    }

    private static Claim Sent(ClaimReference claim) =>
        new()
        {
            Namespace = claim.Namespace,
            Name = claim.Name,
            Uid = claim.Uid,
        };

    private static string Text(PreparedDevice device) => Text(device.Requests, device.Pool, device.Device, device.CdiIds);

    private static string Text(IEnumerable<string> requests, string pool, string device, IEnumerable<string> ids) =>
        $"{string.Join('|', requests)};{pool};{device};{string.Join('|', ids)}";

    private static async Task<Protocol.HealthV1.DeviceHealth> NextAsync(IAsyncStreamReader<NodeWatchResourcesResponse> stream)
    {
        Assert.True(await stream.MoveNext(Stop));
        return Assert.Single(stream.Current.Devices);
    }

    private sealed class Served(GrpcSocketServer server, IAsyncDisposable listener, GrpcChannel channel) : IAsyncDisposable
    {
        public GrpcChannel Channel => channel;

        public static async Task<Served> StartAsync(string path, IGrpcService service)
        {
            var server = await GrpcSocketServer.StartAsync(NullLoggerFactory.Instance, Stop);
            return new Served(server, await server.ListenAsync(path, service, Stop), UnixSocketChannel.Open(path));
        }

        public async ValueTask DisposeAsync()
        {
            channel.Dispose();
            await listener.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
