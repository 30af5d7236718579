using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>
/// The messages of the kubelet's DRA interface. Those of v1beta1 are the same as ours of v1.
/// </summary>
internal static class DraMessages
{
    /// <summary>NodePrepareResourcesRequest or NodeUnprepareResourcesRequest.</summary>
    /// <exception cref="ProtoException">It is neither.</exception>
    internal static List<ClaimReference> ReadClaims(ReadOnlySpan<byte> message)
    {
        var claims = new List<ClaimReference>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                claims.Add(ReadClaim(reader.Bytes()));
            }
            else
            {
                reader.Skip();
            }
        }

        return claims;
    }

    /// <summary>NodePrepareResourcesResponse.</summary>
    internal static ReadOnlyMemory<byte> PrepareResponse(IEnumerable<KeyValuePair<string, PrepareAnswer>> byUid) =>
        Map(
            byUid,
            static (value, answer) =>
            {
                switch (answer)
                {
                    case PrepareAnswer.Prepared prepared:
                        foreach (var device in prepared.Devices)
                        {
                            value.Message(1, item => Write(item, device));
                        }

                        break;
                    case PrepareAnswer.Refused refused:
                        value.Text(2, refused.Why);
                        break;
                }
            }
        );

    /// <summary>NodeUnprepareResourcesResponse.</summary>
    internal static ReadOnlyMemory<byte> UnprepareResponse(IEnumerable<KeyValuePair<string, UnprepareAnswer>> byUid) =>
        Map(
            byUid,
            static (value, answer) =>
            {
                if (answer is UnprepareAnswer.Refused refused)
                {
                    value.Text(1, refused.Why);
                }
            }
        );

    private static ReadOnlyMemory<byte> Map<T>(IEnumerable<KeyValuePair<string, T>> entries, Action<ProtoWriter, T> write)
    {
        var writer = new ProtoWriter();
        foreach (var (uid, answer) in entries)
        {
            writer.Message(
                1,
                entry =>
                {
                    entry.Text(1, uid);
                    entry.Message(2, value => write(value, answer));
                }
            );
        }

        return writer.Written;
    }

    private static void Write(ProtoWriter item, PreparedDevice device)
    {
        foreach (var request in device.Requests)
        {
            item.Item(1, request);
        }

        item.Text(2, device.Pool);
        item.Text(3, device.Device);
        foreach (var id in device.CdiIds)
        {
            item.Item(4, id);
        }
    }

    private static ClaimReference ReadClaim(ReadOnlySpan<byte> message)
    {
        var (space, uid, name) = ("", "", "");
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    space = reader.Text();
                    break;
                case 2:
                    uid = reader.Text();
                    break;
                case 3:
                    name = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new ClaimReference(space, name, uid);
    }
}

/// <summary>
/// A claim as the kubelet names it; what it was allocated has to be read from the API server.
/// </summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">
/// Its identity: a claim that was deleted and created anew under its name is another one.
/// </param>
internal sealed record ClaimReference(string Namespace, string Name, string Uid)
{
    /// <summary><c>namespace/name</c>, as messages have it.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>What became of the preparation of one claim.</summary>
internal abstract record PrepareAnswer
{
    private PrepareAnswer() { }

    /// <summary>Pods may start with it.</summary>
    public sealed record Prepared(IReadOnlyList<PreparedDevice> Devices) : PrepareAnswer;

    /// <summary>
    /// It was not prepared. The kubelet shows why in an event of the pod, and asks again.
    /// </summary>
    public sealed record Refused(string Why) : PrepareAnswer
    {
        /// <summary>One of <see cref="ClaimFailures"/> or a condition's reason, for metrics.</summary>
        public string Reason { get; init; } = ClaimFailures.Unexpected;
    }
}

/// <summary>What became of the end of one claim's preparation.</summary>
internal abstract record UnprepareAnswer
{
    private UnprepareAnswer() { }

    /// <summary>Nothing of it is left.</summary>
    public sealed record Done : UnprepareAnswer;

    /// <summary>Something is left. The pod stays Terminating, and the kubelet asks again.</summary>
    public sealed record Refused(string Why) : UnprepareAnswer
    {
        /// <summary>One of <see cref="ClaimFailures"/> or a condition's reason, for metrics.</summary>
        public string Reason { get; init; } = ClaimFailures.Unexpected;
    }
}

/// <summary>A prepared device as the kubelet is told of it.</summary>
/// <param name="Requests">
/// The claim's requests that it stands for, without the part after a slash.
/// </param>
/// <param name="Pool">The pool of its slice.</param>
/// <param name="Device">Its name in the slice.</param>
/// <param name="CdiIds">CDI devices that a container of such a request gets.</param>
internal sealed record PreparedDevice(IReadOnlyList<string> Requests, string Pool, string Device, IReadOnlyList<string> CdiIds);

/// <summary>Why a claim was not prepared or ended, beside the reasons of conditions.</summary>
internal static class ClaimFailures
{
    /// <summary>The claim does not exist any more, is another one, or asks for what cannot be.</summary>
    public const string InvalidClaim = "InvalidClaim";

    /// <summary>The device is not offered, or cannot be used.</summary>
    public const string DeviceUnavailable = "DeviceUnavailable";

    /// <summary>Another claim, or a pod with a device plugin, has the device or may have it.</summary>
    public const string DeviceInUse = "DeviceInUse";

    /// <summary>This program, or the API server, does not answer yet.</summary>
    public const string NotReady = "NotReady";

    /// <summary>Files of the claim, or the record of claims, cannot be written.</summary>
    public const string FilesUnwritable = "FilesUnwritable";

    /// <summary>It takes longer than a kubelet waits; it goes on.</summary>
    public const string Timeout = "Timeout";

    /// <summary>Anything else, which the log has.</summary>
    public const string Unexpected = "Unexpected";
}
