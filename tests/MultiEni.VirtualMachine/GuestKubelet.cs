using System.Text.Json.Nodes;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.VirtualMachine;

/// <summary>
/// The machine's kubelet as a DRA driver meets it: the folders that are mounted into its pod, the
/// registration, and the calls, over the driver's own sockets (<c>tests/vm/GuestKubelet</c>).
/// </summary>
public sealed class GuestKubelet(GuestNode node)
{
    private const string Root = "/run/kubelet";
    private const string CdiRoot = "/run/cdi";
    private const string Registry = $"{Root}/plugins_registry";
    private const string Program = "/host/checks/GuestKubelet";
    private string? _endpoint;

    /// <summary>What an ENI manager is told that is to be a driver.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DEVICE_PUBLISHER"] = "dra",
            ["KUBELET_ROOT"] = Root,
            ["CDI_ROOT"] = CdiRoot,
        };

    /// <summary>What a kubelet says of the driver that it has registered.</summary>
    public JsonObject? Registered { get; private set; }

    /// <summary>
    /// Makes the folders, with nothing in them but the socket that tells that no pod has a device.
    /// </summary>
    public static Task ClearAsync(GuestNode node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Machine.Shell.RunAsync(
            $"pkill -f '[p]od-resources.py'; rm -rf {Root} {CdiRoot} && mkdir -p {Registry}; "
                + $"python3 /host/guest/pod-resources.py {Root}/pod-resources/kubelet.sock >/out/pod-resources.log 2>&1 </dev/null & "
                + $"until [ -S {Root}/pod-resources/kubelet.sock ]; do sleep 0.05; done",
            cancellationToken
        );
    }

    /// <summary>Registers the driver as soon as it can be.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await node.AwaitAsync(
            async () =>
            {
                var answer = await node.Machine.Shell.TryAsync($"{Program} register {Registry}", cancellationToken);
                Registered = answer.Status == 0 ? JsonNode.Parse(answer.Text)!.AsObject() : null;
                return Registered is not null;
            },
            "the driver to be registered",
            cancellationToken
        );
        _endpoint = Registered!["endpoint"]!.GetValue<string>();
    }

    /// <summary>Asks once for a claim to be prepared.</summary>
    public Task<GuestAnswer> PrepareAsync(GuestClaim claim, CancellationToken cancellationToken) => AskAsync("prepare", claim, cancellationToken);

    /// <summary>Asks once for the end of a claim's preparation.</summary>
    public Task<GuestAnswer> UnprepareAsync(GuestClaim claim, CancellationToken cancellationToken) => AskAsync("unprepare", claim, cancellationToken);

    /// <summary>A file of the machine, such as one that a runtime reads.</summary>
    public async Task<JsonObject> ReadAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await node.Machine.Shell.RunAsync($"cat '{path}'", cancellationToken))!.AsObject();

    /// <summary>Files and folders that there are for claims, and whatever is beside them.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken) =>
        (
            await node.Machine.Shell.RunAsync(
                $"for folder in {CdiRoot} {Root}/plugins/{ClaimNames.Driver}/dra-device-metadata; do [ ! -d $folder ] || find $folder -mindepth 1; done | sort",
                cancellationToken
            )
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<GuestAnswer> AskAsync(string what, GuestClaim claim, CancellationToken cancellationToken)
    {
        var result = await node.Machine.Shell.TryAsync(
            $"{Program} {what} {_endpoint} {GuestClaim.Namespace} {claim.Name} {claim.Uid}",
            cancellationToken
        );
        return result.Status == 0 ? GuestAnswer.Of(JsonNode.Parse(result.Text)!) : new GuestAnswer(result.Text, [], TimeSpan.Zero);
    }
}

/// <summary>What the driver answered for a claim.</summary>
/// <param name="Error">Why not; empty when it is done.</param>
/// <param name="CdiIds">The CDI devices that containers get.</param>
/// <param name="Took">How long the call took, in the machine.</param>
public sealed record GuestAnswer(string Error, IReadOnlyList<string> CdiIds, TimeSpan Took)
{
    /// <summary>Whether it is done.</summary>
    public bool IsDone => Error.Length == 0;

    internal static GuestAnswer Of(JsonNode answer) =>
        new(
            answer["error"]!.GetValue<string>(),
            [.. answer["devices"]!.AsArray().SelectMany(device => device!["cdi"]!.AsArray()).Select(id => id!.GetValue<string>())],
            TimeSpan.FromMilliseconds(answer["milliseconds"]!.GetValue<double>())
        );
}
