using System.Diagnostics;
using System.Text.Json.Nodes;
using Grpc.Core;
using MultiEni.Simulator.Nodes.Kubelets;
using MultiEni.Simulator.Nodes.Kubelets.Claims;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DraApi;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.PluginRegistrationApi;

// What the kubelet does with a DRA driver on its node, one call at a time:
//   GuestKubelet register FOLDER                               registers the one driver of the folder plugins_registry
//   GuestKubelet prepare|unprepare SOCKET NAMESPACE NAME UID   asks the driver on its own socket
// Prints one line of JSON; ends with 1 if there was no answer.
try
{
    switch (args)
    {
        case ["register", var folder]:
            Console.WriteLine((await RegisterAsync(folder)).ToJsonString());
            return 0;
        case ["prepare" or "unprepare", var socket, var space, var name, var uid]:
            var claim = new Claim
            {
                Namespace = space,
                Name = name,
                Uid = uid,
            };
            Console.WriteLine((await AskAsync(args[0] == "prepare", socket, claim)).ToJsonString());
            return 0;
        default:
            Console.Error.WriteLine("usage: GuestKubelet register FOLDER | GuestKubelet prepare|unprepare SOCKET NAMESPACE NAME UID");
            return 2;
    }
}
catch (Exception error) when (error is RpcException or IOException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

static async Task<JsonObject> RegisterAsync(string folder)
{
    var sockets = Directory.GetFiles(folder, "*-reg.sock");
    using var channel = UnixChannel.Open(sockets is [var socket] ? socket : throw new IOException($"{folder} has {sockets.Length} drivers."));
    var client = new Registration.RegistrationClient(channel);
    var info = await client.GetInfoAsync(new InfoRequest());
    await client.NotifyRegistrationStatusAsync(new RegistrationStatus { PluginRegistered = true });
    return new JsonObject
    {
        ["type"] = info.Type,
        ["name"] = info.Name,
        ["endpoint"] = info.Endpoint,
        ["service"] = DraDriverEndpoint.ServiceOf(info.SupportedVersions),
    };
}

static async Task<JsonObject> AskAsync(bool prepare, string socket, Claim claim)
{
    using var driver = new DraDriverEndpoint("", socket, ["v1.DRAPlugin"]);
    var start = Stopwatch.GetTimestamp();
    var (error, devices) = prepare
        ? Of((await driver.PrepareAsync([claim], CancellationToken.None))[claim.Uid])
        : ((await driver.UnprepareAsync([claim], CancellationToken.None))[claim.Uid].Error, []);
    return new JsonObject
    {
        ["milliseconds"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
        ["error"] = error,
        ["devices"] = devices,
    };
}

static (string Error, JsonArray Devices) Of(NodePrepareResourceResponse answer) =>
    (
        answer.Error,
        new JsonArray([
            .. answer.Devices.Select(device => new JsonObject
            {
                ["pool"] = device.PoolName,
                ["device"] = device.DeviceName,
                ["requests"] = Names(device.RequestNames),
                ["cdi"] = Names(device.CdiDeviceIds),
            }),
        ])
    );

static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
