using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Cli.Demo;

/// <summary>
/// What the demo has of pods' networks: the network definitions that the controller keeps, and the
/// plugin eni-ipam, called as the plugin of the definition would call it. There is no Multus, no
/// ipvlan and no namespace of a pod, and no packet flows.
/// </summary>
/// <param name="api">The API of the simulated cluster.</param>
/// <param name="programs">Where the plugin is.</param>
/// <param name="printer">Prints what is done.</param>
/// <param name="timeout">How long an address may take.</param>
internal sealed class PodNetworks(DemoApi api, Programs programs, DemoPrinter printer, TimeSpan timeout)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private readonly List<Attached> _attached = [];

    /// <summary>Whether some pod has an address of an ENI.</summary>
    public bool HasAny => _attached.Count > 0;

    /// <summary>Gives a pod that runs the addresses of its networks.</summary>
    public async Task AttachAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        foreach (var selection in NetworkSelection.Of(pod))
        {
            var definition = await DefinitionAsync(pod, selection, cancellationToken);
            printer.Heading($"The network definition {selection.Namespace}/{selection.Name}, which the controller keeps for Multus");
            printer.Show(Indented(definition["spec"]!["config"]!.GetValue<string>()));
            var call = new Attached(pod, selection, ConfigFor(pod, selection, definition));
            printer.Heading(
                $"Call eni-ipam for {selection.Interface} of {DemoApi.NameOf(pod)}, as its plugin would (Multus and packets are not simulated)"
            );
            printer.Show(Indented(await AddAsync(call, cancellationToken)));
            _attached.Add(call);
        }
    }

    /// <summary>Takes back the addresses of pods that have ended.</summary>
    public async Task DetachAsync(CancellationToken cancellationToken)
    {
        foreach (var call in _attached)
        {
            await RunAsync(IpamCommands.Del, call, cancellationToken);
        }
    }

    private async Task<JsonObject> DefinitionAsync(JsonObject pod, NetworkSelection selection, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await api.NetworkAsync(selection.Namespace, selection.Name, cancellationToken) is { } definition)
            {
                return definition;
            }

            if (TimeProvider.System.GetElapsedTime(begin) > timeout)
            {
                throw new DemoException(
                    $"{DemoApi.NameOf(pod)} asks for the network {selection.Namespace}/{selection.Name}, which does not exist: use the name of a NodeENI of the manifest, "
                        + "and one namespace for all such pods"
                );
            }

            await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<string> AddAsync(Attached call, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (code, answer) = await RunAsync(IpamCommands.Add, call, cancellationToken);
            if (code == 0)
            {
                return answer;
            }

            var isPassing = answer.StartsWith('{') && JsonNode.Parse(answer)?["code"]?.GetValue<int>() == IpamErrorCodes.TryAgainLater;
            if (!isPassing || TimeProvider.System.GetElapsedTime(begin) > timeout)
            {
                throw new DemoException($"eni-ipam gives {DemoApi.NameOf(call.Pod)} no address: {answer}");
            }

            // As the kubelet does, though with the same sandbox.
            await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<(int Code, string Answer)> RunAsync(string command, Attached call, CancellationToken cancellationToken)
    {
        var metadata = call.Pod["metadata"]!;
        var start = programs.Executable(IpamPaths.Plugin);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["CNI_COMMAND"] = command;
        start.Environment["CNI_CONTAINERID"] = metadata["uid"]!.GetValue<string>();
        start.Environment["CNI_IFNAME"] = call.Selection.Interface;
        start.Environment["CNI_PATH"] = AppContext.BaseDirectory;
        start.Environment["CNI_NETNS"] = $"/var/run/netns-of-the-demo/{metadata["uid"]}";
        start.Environment["CNI_ARGS"] =
            $"IgnoreUnknown=1;K8S_POD_NAMESPACE={metadata["namespace"]};K8S_POD_NAME={metadata["name"]};K8S_POD_UID={metadata["uid"]}";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(call.Config.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var answer = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, answer.Length > 0 ? answer : await errors);
    }

    /// <summary>
    /// What a runtime hands to the plugin, with the socket of the simulated node and the device that
    /// the kubelet allocated.
    /// </summary>
    private string ConfigFor(JsonObject pod, NetworkSelection selection, JsonObject definition)
    {
        var config = JsonNode.Parse(definition["spec"]!["config"]!.GetValue<string>())!.AsObject();
        var socket = programs.IpamSocket(pod["spec"]!["nodeName"]!.GetValue<string>());
        var ipam = config["ipam"]?.AsObject() ?? throw new DemoException($"the network {selection.Namespace}/{selection.Name} has no ipam");
        ipam["socket"] = socket;
        ipam["notes"] = Path.Combine(Path.GetDirectoryName(socket)!, Path.GetFileName(IpamPaths.Notes));
        var runtime = new JsonObject();
        if (selection.Addresses.Count > 0)
        {
            runtime["ips"] = new JsonArray([.. selection.Addresses.Select(address => (JsonNode)address)]);
        }

        var resource = definition["metadata"]!["annotations"]?["k8s.v1.cni.cncf.io/resourceName"]?.GetValue<string>();
        var allocated = pod["metadata"]!["annotations"]?["simulator/allocated-devices"]?.GetValue<string>();
        if (resource is not null && allocated is not null && JsonNode.Parse(allocated)?[resource]?[0] is { } device)
        {
            runtime["deviceID"] = device.DeepClone();
        }

        config["runtimeConfig"] = runtime;
        return config.ToJsonString();
    }

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            document.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>An interface of a pod.</summary>
    private sealed record Attached(JsonObject Pod, NetworkSelection Selection, string Config);
}
